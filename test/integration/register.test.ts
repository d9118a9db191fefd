import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { renderServices } from '../../src/services/render.ts';
import type { Registration, RegistrySettings } from '../../src/services/service.ts';
import { apacheLike, usualRegistration } from '../services/sample-services.ts';
import { execWords } from '../services/unit-checks.ts';
import { type Etcd, etcdMissing, eventually, startEtcd } from './etcd.ts';
import { type LittleServer, startLittleServer } from './little-server.ts';

const missing = etcdMissing() ?? (existsSync('/usr/bin/curl') ? undefined : '/usr/bin/curl is not installed');
if (missing !== undefined) process.stderr.write(`tests of the register loop skipped: ${missing}\n`);
const shells = [
  ['dash', ['/bin/dash']],
  ['busybox', ['/bin/busybox', 'sh']],
] as const;
const present = shells.filter(([, [program]]) => existsSync(program));
for (const [name] of shells.filter((shell) => !present.includes(shell))) {
  process.stderr.write(`tests of the register loop under ${name} skipped: it is not installed\n`);
}

const assets = await readAssets();
const quick: Registration = { ...usualRegistration, interval: 0.1, timeout: 0.5, ttl: 3 };

/** A sidekick that runs as its unit says: words and environment come from the rendered text. */
interface Sidekick {
  readonly process: ChildProcess;
  /** Waits until it has said something. */
  says(words: string): Promise<void>;
  /** Ends it as systemd does, and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

describe.skipIf(missing !== undefined).each(present)('the register loop under %s', (_, shell) => {
  let etcd: Etcd;
  let server: LittleServer;
  const running: Sidekick[] = [];

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.remove());
  beforeEach(async () => {
    server = await startLittleServer();
  });
  afterEach(async () => {
    for (const sidekick of running.splice(0)) await sidekick.stop('SIGKILL');
    await server.close();
    await etcd.start();
    etcd.ctl('del', '--prefix', '/');
  });

  const key = () => `/services/apache/127.0.0.1:${server.port}`;
  const value = () => `127.0.0.1:${server.port}`;
  const registered = () => etcd.all('/services/')[key()] === value();

  function start(
    registration: Partial<Registration> = {},
    { keyForm = 'address' as RegistrySettings['key'], overrides = [] as readonly string[] } = {},
  ): Sidekick {
    const service = apacheLike({ registration: { ...quick, ...registration } });
    const unit = renderServices([service], { api: 'v3', key: keyForm }, assets).find(({ path }) =>
      path.endsWith('/apache-discovery@.service'),
    );
    const name = `apache-discovery@${server.port}.service`;
    const text = unit?.content ?? '';
    const [words = []] = execWords(text, name);
    const at = words.indexOf('/bin/sh');
    expect(words[0]).toBe('/usr/bin/env');
    const settings = [...words.slice(1, at), ...overrides];
    const child = spawn('/usr/bin/env', [...settings, ...shell, ...words.slice(at + 1)], {
      env: {
        PATH: process.env['PATH'],
        COREOS_PRIVATE_IPV4: '127.0.0.1',
        ETCDCTL_ENDPOINTS: etcd.endpoint,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a group of its own, so that nothing of it outlives the test.
      detached: true,
    });
    let said = '';
    child.stdout.on('data', (data) => (said += String(data)));
    child.stderr.on('data', (data) => (said += String(data)));
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const sidekick: Sidekick = {
      process: child,
      says: (words) =>
        eventually(
          () => said.includes(words),
          () => `the words ${words}, but ${said}`,
        ),
      stop: async (signal = 'SIGTERM') => {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal);
        const [code] = await ended;
        killGroup(child);
        return code;
      },
    };
    running.push(sidekick);
    return sidekick;
  }

  it('registers what answers, and says so', async () => {
    const sidekick = start({ path: '/healthz?full=1&x=%20' });
    await eventually(registered, 'the registration');
    expect(server.asked[0]).toBe('/healthz?full=1&x=%20');
    await sidekick.says(`registered ${key()}`);
  });

  it('registers nothing before `rise` good checks in a row', async () => {
    server.answers = 'badly';
    start({ rise: 3 });
    await eventually(() => server.asked.length >= 3, 'three bad checks');
    expect(registered()).toBe(false);
    const before = server.asked.length;
    server.answers = 'well';
    await eventually(registered, 'the registration');
    expect(server.asked.length - before).toBeGreaterThanOrEqual(3);
  });

  it('takes the registration back after `fall` bad checks, and gives it again', async () => {
    const sidekick = start({ fall: 2 });
    await eventually(registered, 'the registration');
    server.answers = 'badly';
    await eventually(() => !registered(), 'the end of the registration');
    await sidekick.says(`deregistered ${key()} (2 checks failed)`);
    server.answers = 'well';
    await eventually(registered, 'the next registration');
  });

  it('counts a backend that never answers as bad, within the time-out, and goes on', async () => {
    start({ fall: 2, timeout: 0.3 });
    await eventually(registered, 'the registration');
    server.answers = 'never';
    await eventually(() => !registered(), 'the end of the registration', 5000);
  });

  it('stops at once although a check hangs', async () => {
    const sidekick = start({ timeout: 60 });
    await eventually(registered, 'the registration');
    server.answers = 'never';
    const asked = server.asked.length;
    await eventually(() => server.asked.length > asked, 'a check that hangs');
    const began = Date.now();
    expect(await sidekick.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(3000);
    expect(registered()).toBe(false);
  });

  it('keeps its lease alive however slow the checks are', async () => {
    start({ interval: 30, ttl: 2 });
    await eventually(registered, 'the registration');
    const lease = etcd.leaseOf(key());
    const began = Date.now();
    await eventually(() => Date.now() - began > 5000, 'more than two lives of the lease');
    expect(etcd.leaseOf(key())).toBe(lease);
  });

  it('takes only its own key away when it is stopped, at once', async () => {
    etcd.ctl('put', '/services/apache/10.0.0.9:1', '10.0.0.9:1');
    const sidekick = start({ ttl: 60 });
    await eventually(registered, 'the registration');
    expect(await sidekick.stop()).toBe(0);
    expect(etcd.all('/services/')).toEqual({ '/services/apache/10.0.0.9:1': '10.0.0.9:1' });
    await sidekick.says(`deregistered ${key()} (stopped)`);
  });

  it('leaves a key alone that somebody else has put in its place since', async () => {
    const sidekick = start();
    await eventually(registered, 'the registration');
    etcd.ctl('put', key(), 'another');
    await sidekick.stop();
    expect(etcd.all('/services/')).toEqual({ [key()]: 'another' });
  });

  it('leaves its key to the lease when it is killed', async () => {
    const sidekick = start({ ttl: 2 });
    await eventually(registered, 'the registration');
    await sidekick.stop('SIGKILL');
    await eventually(() => !registered(), 'the end of the lease');
  });

  it('gets a lease again that was lost', async () => {
    const sidekick = start();
    await eventually(registered, 'the registration');
    etcd.ctl('lease', 'revoke', etcd.leaseOf(key()));
    await eventually(registered, 'the next registration');
    await sidekick.says(`the lease of ${key()} is lost`);
  });

  it('keeps trying while etcd is away, and registers when it is back', async () => {
    await etcd.stop();
    const sidekick = start();
    await eventually(() => server.asked.length >= 1, 'a check');
    await sidekick.says('deadline exceeded');
    await etcd.start();
    await eventually(registered, 'the registration', 20_000);
    expect(sidekick.process.exitCode).toBeNull();
  });

  it('uses the tutorial’s key where that is asked for', async () => {
    start({}, { keyForm: 'host' });
    await eventually(
      () => etcd.all('/services/')['/services/apache/127.0.0.1'] === value(),
      'the registration by host',
    );
  });

  it('checks by connecting where that is asked for', async () => {
    server.answers = 'never';
    const sidekick = start({ check: 'tcp', timeout: 0.3 });
    await eventually(registered, 'the registration');
    expect(server.asked).toEqual([]);
    await server.close();
    await eventually(() => !registered(), 'the end of the registration');
    expect(sidekick.process.exitCode).toBeNull();
  });

  it.each([
    ['an address', ['COREOS_PRIVATE_IPV4='], "COREOS_PRIVATE_IPV4='' PORT='"],
    ['a port', ['PORT='], "COREOS_PRIVATE_IPV4='127.0.0.1' PORT=''"],
  ])('says what is missing without %s, and registers nothing', async (_what, overrides, words) => {
    const sidekick = start({}, { overrides });
    await once(sidekick.process, 'close');
    expect(sidekick.process.exitCode).toBe(1);
    await sidekick.says(`nothing to register: ${words}`);
    expect(etcd.all('/services/')).toEqual({});
  });
});

/** Ends what a sidekick has left running, as systemd does with its control group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}
