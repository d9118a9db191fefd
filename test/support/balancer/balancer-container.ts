import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readAssets } from '../../../src/project/assets.ts';
import { renderServices } from '../../../src/services/render.ts';
import type { Route } from '../../../src/services/service.ts';
import { balancerLike } from '../../services/sample-services.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';

/** Why no load balancer can be run here, or nothing where it can. */
export function balancerMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount what the container would have';
  const needed = ['/usr/sbin/nginx', '/usr/bin/curl', '/usr/bin/unshare', '/usr/bin/nsenter', '/bin/bash'];
  const file = needed.find((path) => !existsSync(path));
  return file === undefined ? undefined : `${file} is not installed`;
}

/** What `confd-watch status --json` says. */
export interface SaidStatus {
  readonly since: string;
  readonly revision: string | null;
  readonly watcher: string;
  readonly services: Readonly<Record<string, readonly string[]>>;
  readonly ignored: number;
  readonly problem: string | null;
}

/** What a load balancer under test is to be like. */
export interface BalancerOptions {
  readonly routes: readonly Route[];
  readonly api: 'v3' | 'v2';
  readonly endpoints: string;
  readonly watcher: string;
  /** Folder with a confd for it. */
  readonly bin?: string;
  /** Further variables of the container. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A rendered load balancer image, run as in a container: process 1, with /run, /var/lib and nginx.conf of its own. */
export class BalancerContainer {
  readonly dir = mkdtempSync(join(tmpdir(), 'coreship-lb-'));
  private container: ChildProcess | undefined;
  private readonly port: number;
  private readonly options: BalancerOptions;

  private constructor(options: BalancerOptions, port: number) {
    this.options = options;
    this.port = port;
  }

  static async create(options: BalancerOptions): Promise<BalancerContainer> {
    const made = new BalancerContainer(options, await freePort());
    const { routes, api } = options;
    const service = balancerLike({ loadBalancer: { routes } });
    const files = renderServices([service], { api, key: 'address' }, await readAssets());
    const image = 'images/nginx_lb/';
    for (const { path, content, executable } of files) {
      if (path.startsWith(image)) made.write(path.slice(image.length), content, executable);
    }
    const conf = readFileSync(join(made.dir, 'nginx.conf'), 'utf8');
    made.write('nginx.conf', conf.replaceAll('listen 80', `listen 127.0.0.1:${made.port}`));
    made.write('nginx', wrapper, true);
    mkdirSync(join(made.dir, 'lib/nginx'), { recursive: true });
    if (options.bin) cpSync(join(options.bin, 'confd'), join(made.dir, 'confd-program/confd'));
    return made;
  }

  /** Before its start: gives its scripts another number of seconds than theirs, where a busy machine needs it. */
  set(name: 'reread' | 'patience', seconds: number): void {
    const file = join(this.dir, { reread: 'confd-watch', patience: 'lists.sh' }[name]);
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(new RegExp(`^readonly ${name}=\\d+`, 'm'), `readonly ${name}=${seconds}`);
    if (changed === text) throw new Error(`${file} has no ${name}`);
    writeFileSync(file, changed);
  }

  /** Starts it, as anew after a `docker rm`: only /var/lib is what it was. */
  async start(): Promise<void> {
    this.launch();
    await eventually(
      async () => (await this.get()).status > 0,
      () => `nginx: ${this.said()}`,
    );
  }

  /** Starts it, and waits only until it has made this file in /run/confd-watch. */
  async begin(file: string): Promise<void> {
    this.launch();
    const there = () => existsSync(`/proc/${this.first()}/root/run/confd-watch/${file}`);
    await eventually(there, () => `${file}: ${this.said()}`, { everyMs: 1 });
  }

  /** Sends a signal to its process 1 and waits for its end; its exit code, or null where the signal killed it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { container } = this;
    if (!container) throw new Error('it was never started');
    if (container.exitCode === null && container.signalCode === null) {
      const gone = once(container, 'exit');
      try {
        process.kill(this.first(), signal);
      } catch {
        // It has not begun, or has ended by itself.
        container.kill('SIGKILL');
      }
      await gone;
    }
    return container.exitCode;
  }

  /** Ends it by itself: what has to happen is up to the test. */
  async ended(): Promise<number | null> {
    const { container } = this;
    if (container && container.exitCode === null && container.signalCode === null)
      await once(container, 'exit');
    return container?.exitCode ?? null;
  }

  async remove(): Promise<void> {
    if (this.container) await this.end('SIGKILL');
    rmSync(this.dir, { recursive: true });
  }

  /** Runs a command among its processes and files. */
  within(...words: readonly string[]): string {
    return execFileSync('/usr/bin/nsenter', ['-t', String(this.first()), '-m', '-p', ...words], {
      env: this.environment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  watch(...words: readonly string[]): string {
    return this.within(join(this.dir, 'confd-watch'), ...words);
  }

  status(): SaidStatus {
    return JSON.parse(this.watch('status', '--json')) as SaidStatus;
  }

  /**
   * Waits until a service has just these backends, by the word of all workers that take new connections: for a tenth of a
   * second of each reload, and longer on a busy machine, those with the list before do so too.
   */
  async serves(values: readonly string[], service = 'apache'): Promise<void> {
    const wanted = JSON.stringify([...values].sort());
    await eventually(
      () => JSON.stringify(this.status().services[service]) === wanted && this.workers() <= cpus().length,
      () => `${service} served by ${wanted}: ${this.said().slice(-5000)}`,
    );
  }

  /** Workers that take new connections: one for each processor, except while nginx changes to another list. */
  private workers(): number {
    return Number(this.within('pgrep', '-c', '-f', '-x', 'nginx: worker process'));
  }

  /** Lets nginx refuse each new list, or no longer. */
  refuse(does: boolean): void {
    if (does) this.write('refuse', '');
    else rmSync(join(this.dir, 'refuse'));
  }

  /** What it has printed so far. */
  said(): string {
    return readFileSync(join(this.dir, 'output'), 'utf8');
  }

  /** Times it has loaded a list. */
  reloads(): number {
    return [...this.said().matchAll(/^serving /gm)].length;
  }

  /** Each on a connection of its own: nginx closes idle ones when it reloads. */
  async get(path = '/', options: RequestOptions = {}): Promise<{ status: number; text: string }> {
    const asked = request({ port: this.port, path, agent: false, ...options });
    const [response] = (await once(asked.end(), 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await text(response) };
  }

  /** Sends a request as it is written, and gives all that comes back. */
  async say(request: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.write(request);
    return await text(socket);
  }

  private launch(): void {
    const output = openSync(join(this.dir, 'output'), 'a');
    this.container = spawn(
      '/usr/bin/unshare',
      [
        ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
        ...['/bin/sh', '-c', inside, 'sh', this.dir],
      ],
      { env: this.environment(), stdio: ['ignore', output, output] },
    );
  }

  private write(path: string, content: string, executable = false): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), content);
    if (executable) chmodSync(join(this.dir, path), 0o755);
  }

  /** Its process 1, as this machine numbers it. */
  private first(): number {
    const pid = this.container?.pid;
    const first = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
    // A signal to 0 would be one to the tests themselves.
    if (first > 0) return first;
    throw new Error(`it does not run: ${this.said().slice(-2000)}`);
  }

  private environment(): Record<string, string> {
    const { endpoints, watcher, environment } = this.options;
    const settings = readFileSync(join(this.dir, 'Dockerfile'), 'utf8').match(/^ENV .*/m)?.[0] ?? '';
    return {
      ...Object.fromEntries(
        [...settings.matchAll(/(\w+)=(?:"(.*?)"|(\S+))/g)].map((m) => [m[1], m[2] ?? m[3]]),
      ),
      PATH: `${this.dir}:${this.dir}/confd-program:${process.env['PATH']}`,
      ETCDCTL_ENDPOINTS: endpoints,
      WATCHER: watcher,
      CONFD_DIR: join(this.dir, 'confd'),
      ...environment,
    };
  }
}

/** `nginx` as the watcher sees it: the real one, that refuses any list while a file named `refuse` lies beside it. */
const wrapper = `#!/bin/sh
case " $* " in *" -t "*) if [ -e "\${0%/*}/refuse" ]; then echo "refused by the test" >&2; exit 1; fi ;; esac
exec /usr/sbin/nginx "$@"
`;

/** What the container would have of its own, among it the few files of newer dockers. */
const inside = `ulimit -Sn 1024; mount -t tmpfs none /run && mount --bind "$1/lib" /var/lib &&
  mount --bind "$1/nginx.conf" /etc/nginx/nginx.conf && exec "$1/confd-watch"`;
