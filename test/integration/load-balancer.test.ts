import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { renderServices } from '../../src/services/render.ts';
import { balancerLike } from '../services/sample-services.ts';
import { type Etcd, etcdMissing, eventually, freePort, startEtcd } from './etcd.ts';
import { type LittleServer, startLittleServer } from './little-server.ts';

const needed = ['/usr/sbin/nginx', '/usr/bin/curl', '/usr/bin/unshare', '/usr/bin/nsenter', '/bin/bash'];
const missing =
  etcdMissing() ??
  (process.getuid?.() === 0 ? undefined : 'only root may mount what the container would have') ??
  needed.filter((file) => !existsSync(file)).map((file) => `${file} is not installed`)[0];
if (missing !== undefined) process.stderr.write(`tests of the load balancer skipped: ${missing}\n`);

const files = renderServices([balancerLike()], { api: 'v3', key: 'address' }, await readAssets());
const rendered = (name: string): string =>
  files.find(({ path }) => path === `images/nginx_lb/${name}`)?.content ?? '';

/** `nginx` as the watcher sees it: the real one, that refuses any list while a file named `refuse` lies beside it. */
const wrapper = `#!/bin/sh
case " $* " in *" -t "*) if [ -e "\${0%/*}/refuse" ]; then echo "refused by the test" >&2; exit 1; fi ;; esac
exec /usr/sbin/nginx "$@"
`;

/** What the container would have of its own. */
const inside = `mount -t tmpfs none /run && mount --bind "$1/lib" /var/lib &&
  mount --bind "$1/nginx.conf" /etc/nginx/nginx.conf && exec "$1/confd-watch"`;

describe.skipIf(missing !== undefined)('the load balancer', () => {
  let etcd: Etcd;
  let dir: string;
  let port: number;
  let container: ChildProcess;
  const backends: LittleServer[] = [];

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.remove());
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'coreship-lb-'));
    port = await freePort();
    const conf = rendered('nginx.conf').replace(
      'listen 80 default_server',
      `listen 127.0.0.1:${port} default_server`,
    );
    mkdirSync(join(dir, 'lib/nginx'), { recursive: true });
    writeFileSync(join(dir, 'nginx.conf'), conf);
    for (const [name, text] of [
      ['confd-watch', rendered('confd-watch')],
      ['nginx', wrapper],
    ] as const) {
      writeFileSync(join(dir, name), text);
      chmodSync(join(dir, name), 0o755);
    }
  });
  afterEach(async () => {
    await end('SIGTERM');
    for (const backend of backends.splice(0)) await backend.close();
    await etcd.start();
    etcd.ctl('del', '--prefix', '/');
    rmSync(dir, { recursive: true });
  });

  /** Runs the watcher as process 1 with its own /run, /var/lib and nginx.conf, as in its container. */
  async function start(): Promise<void> {
    const output = openSync(join(dir, 'output'), 'a');
    container = spawn(
      '/usr/bin/unshare',
      [
        ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
        ...['/bin/sh', '-c', inside, 'sh', dir],
      ],
      { env: environment(), stdio: ['ignore', output, output] },
    );
    await eventually(
      async () => (await get()).status > 0,
      () => `nginx: ${said()}`,
    );
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (container.exitCode === null && container.signalCode === null) {
      const gone = once(container, 'exit');
      process.kill(first(), signal);
      await gone;
    }
  }

  /** The container's process 1. */
  const first = (): number => {
    const { pid } = container;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  };
  const within = (...words: readonly string[]): string =>
    execFileSync('/usr/bin/nsenter', ['-t', String(first()), '-m', '-p', ...words], {
      env: environment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  const environment = () => ({
    PATH: `${dir}:${process.env['PATH']}`,
    SERVICES: 'apache',
    REGISTRY_API: 'v3',
    ETCDCTL_ENDPOINTS: etcd.endpoint,
  });
  const said = () => readFileSync(join(dir, 'output'), 'utf8');
  /** Each on a connection of its own: nginx closes idle ones when it reloads. */
  const get = async () => {
    const [response] = (await once(request({ port, agent: false }).end(), 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await text(response) };
  };
  const status = (...words: readonly string[]) => within(join(dir, 'confd-watch'), 'status', ...words);
  const serves = async (...values: readonly string[]): Promise<void> => {
    const wanted = [...values].sort();
    await eventually(
      () => JSON.stringify(JSON.parse(status('--json')).services.apache) === JSON.stringify(wanted),
      () => `serving ${wanted.join(' ')}: ${said()}`,
      25_000,
    );
  };
  const register = (value: string) => etcd.ctl('put', `/services/apache/${value}`, value);
  async function backend(): Promise<string> {
    const server = await startLittleServer();
    backends.push(server);
    return `127.0.0.1:${server.port}`;
  }

  it('starts without etcd and answers 503, then serves once etcd is there', async () => {
    await etcd.stop();
    await start();
    expect(await get()).toMatchObject({
      status: 503,
      text: expect.stringContaining('apache has no instances'),
    });
    await etcd.start();
    const value = await backend();
    register(value);
    await serves(value);
    expect(await get()).toEqual({ status: 200, text: 'little\n' });
  });

  it('follows what is registered and what is not any more, down to nobody', async () => {
    const [one, two] = [await backend(), await backend()];
    register(one);
    await start();
    await serves(one);
    register(two);
    await serves(one, two);
    etcd.ctl('del', `/services/apache/${one}`);
    await serves(two);
    etcd.ctl('del', `/services/apache/${two}`);
    await serves();
    expect((await get()).status).toBe(503);
    expect(status()).toContain('apache: no backends\n');
  });

  it('minds its own service only', async () => {
    const value = await backend();
    etcd.ctl('put', '/services/apache2/x', '10.0.0.9:1');
    register(value);
    await start();
    await serves(value);
  });

  it('lets nothing through that is not an address and a port', async () => {
    const value = await backend();
    const hostile = [
      'example.org:80',
      '10.0.0.1',
      '10.0.0.1:0',
      '10.0.0.1:99999',
      '300.0.0.1:80',
      '10.0.0.1:80;',
      '10.0.0.1:80; } events {',
      '$(touch /tmp/x):80',
      '10.0.0.1:80 down',
      '-n',
      '*',
    ];
    for (const [index, text] of hostile.entries())
      etcd.ctl('put', `/services/apache/bad${index}`, '--', text);
    etcd.ctl('put', '/services/apache/lines', '--', `10.0.0.1:80\n10.0.0.9:80`);
    register(value);
    await start();
    await serves(value);
    expect(said()).toContain("ignored a registration that is no address and port: apache '10.0.0.1:99999'");
    expect((await get()).status).toBe(200);
  });

  it('keeps the last good list while nginx refuses the next, and retries until it is taken', async () => {
    const [one, two] = [await backend(), await backend()];
    register(one);
    await start();
    await serves(one);
    writeFileSync(join(dir, 'refuse'), '');
    register(two);
    await eventually(() => said().includes('refused by the test'), 'the refusal');
    await serves(one);
    expect((await get()).status).toBe(200);
    rmSync(join(dir, 'refuse'));
    await serves(one, two);
  });

  it('keeps serving while etcd is away, and follows again when it is back', async () => {
    const [one, two] = [await backend(), await backend()];
    register(one);
    await start();
    await serves(one);
    await etcd.stop();
    expect((await get()).status).toBe(200);
    await etcd.start();
    register(two);
    await serves(one, two);
  });

  it('sends a request to the next backend when one is gone', async () => {
    const [one, two] = [await backend(), await backend()];
    register(one);
    register(two);
    await start();
    await serves(one, two);
    await backends[0]?.close();
    const answers = await Promise.all(Array.from({ length: 8 }, get));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 200));
  });

  it('answers for itself in JSON', async () => {
    const value = await backend();
    register(value);
    await start();
    await serves(value);
    expect(JSON.parse(status('--json'))).toEqual({
      version: 1,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      revision: expect.stringMatching(/^\d+$/),
      watcher: 'etcdctl',
      services: { apache: [value] },
      ignored: 0,
      problem: null,
    });
    expect(status()).toContain(`apache: ${value}\n`);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('ends with its nginx at %s', async (signal) => {
    await start();
    const began = Date.now();
    await end(signal);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(container.signalCode).toBeNull();
    await expect(get()).rejects.toThrow();
  });

  it('ends when its nginx ends', async () => {
    await start();
    const gone = once(container, 'exit');
    within('sh', '-c', 'kill -KILL "$(cat /run/nginx.pid)"');
    const [code] = (await gone) as [number | null];
    expect(code).not.toBe(0);
  });
});
