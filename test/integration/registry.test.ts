import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdAccess } from '../../src/registry/etcd-access.ts';
import type { LockHolder, LockRequest, Registry } from '../../src/registry/registry.ts';
import { type Etcd, etcdMissing, startEtcd } from '../support/etcd/etcd.ts';
import { registryApis } from '../support/etcd/registry-apis.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const missing = etcdMissing();
if (missing !== undefined) process.stderr.write(`registry tests skipped: ${missing}\n`);

const lockKey = '/coreship/tutorial/lock';
const mine: LockHolder = { who: 'me@here', command: 'scale apache 7777', pid: 1, since: 'noon' };
const request = (changes: Partial<LockRequest> = {}): LockRequest => ({
  project: 'tutorial',
  holder: mine,
  waitMs: 0,
  onWait: () => undefined,
  ...changes,
});

describe.skipIf(missing !== undefined).each(registryApis)('the registry on a real etcd, API $api', (api) => {
  let etcd: Etcd;
  const open: Registry[] = [];
  const connect = (access: Partial<EtcdAccess> = {}): Registry => {
    const registry = api.open({ endpoints: [etcd.endpoint], ...access });
    open.push(registry);
    return registry;
  };
  const get = (key: string) => api.get(etcd, key);

  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.remove());
  afterEach(async () => {
    for (const registry of open.splice(0)) await registry.close();
    api.removeAll(etcd);
  });

  describe('registrations', () => {
    it('are those below a prefix, in key order', async () => {
      api.put(etcd, '/services/apache/10.0.0.2:8888', '10.0.0.2:8888');
      api.put(etcd, '/services/apache/10.0.0.1:7777', '10.0.0.1:7777');
      api.put(etcd, '/services/apache2/10.0.0.3:1', '10.0.0.3:1');
      expect(await connect().registrations('/services/apache/')).toEqual([
        { key: '/services/apache/10.0.0.1:7777', value: '10.0.0.1:7777' },
        { key: '/services/apache/10.0.0.2:8888', value: '10.0.0.2:8888' },
      ]);
    });

    it('are none where there is nothing', async () => {
      expect(await connect().registrations('/services/')).toEqual([]);
    });

    it.each(['10.0.0.1:7777', '[fd00::1]:7777', 'a b%2F?c'])('are found by their key: %s', async (name) => {
      const entry = { key: `/services/apache/${name}`, value: name };
      api.put(etcd, entry.key, entry.value);
      expect(await connect().registrations(entry.key)).toEqual([entry]);
      expect(await connect().registrations('/services/')).toEqual([entry]);
    });

    it('are not what lies where a folder should', async () => {
      api.put(etcd, '/services/apache', 'a value');
      expect(await connect().registrations('/services/apache/')).toEqual([]);
    });
  });

  describe('the lock', () => {
    it('is held by one, and free again for the next', async () => {
      const lock = await connect().lock(request());
      expect(lock.held()).toBe(true);
      expect(JSON.parse(get(lockKey) ?? '')).toMatchObject(mine);
      await lock.release();
      expect(lock.held()).toBe(false);
      expect(get(lockKey)).toBeUndefined();
      await expect(connect().lock(request())).resolves.toBeDefined();
    });

    it('belongs to one project', async () => {
      await connect().lock(request());
      await expect(connect().lock(request({ project: 'other' }))).resolves.toBeDefined();
    });

    it('is never held by two at once, however many want it', async () => {
      let holders = 0;
      let most = 0;
      const turns = Array.from({ length: 4 }, async () => {
        const lock = await connect().lock(request({ waitMs: 30_000 }));
        holders += 1;
        most = Math.max(most, holders);
        // A turn lasts as long as another run needs to ask etcd.
        await connect().registrations('/services/');
        holders -= 1;
        await lock.release();
      });
      await Promise.all(turns);
      expect(most).toBe(1);
    });

    it('is waited for, and who holds it is told once', async () => {
      const first = await connect().lock(request());
      const told: LockHolder[] = [];
      const second = connect().lock(
        request({
          waitMs: 30_000,
          onWait: (holder) => {
            told.push(holder);
            void first.release();
          },
        }),
      );
      expect((await second).held()).toBe(true);
      expect(told).toEqual([mine]);
    });

    it('is given up with its holder’s name when the wait is over', async () => {
      await connect().lock(request());
      const leases = etcd.leases();
      await expect(connect().lock(request({ waitMs: 100 }))).rejects.toMatchObject({
        code: 'lock-held',
        message: 'the lock is held by me@here: scale apache 7777 (process 1, since noon)',
      });
      expect(
        etcd.leases().filter((lease) => !leases.includes(lease)),
        'left by the vain try',
      ).toEqual([]);
    });

    it('ends as an interruption when the person who waits has had enough', async () => {
      await connect().lock(request());
      const abort = new AbortController();
      const waiting = connect().lock(
        request({ waitMs: 30_000, signal: abort.signal, onWait: () => abort.abort() }),
      );
      await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    });

    it.each(['', 'not JSON', 'null', '7', '{}', '[]', '{"who":'])(
      'is held even where its key says %j, which names nobody',
      async (garbage) => {
        api.put(etcd, lockKey, garbage);
        await expect(connect().lock(request())).rejects.toMatchObject({
          code: 'lock-held',
          message: expect.stringContaining('the lock is held by somebody'),
        });
      },
    );

    it('says that it is lost once its key is gone', async () => {
      const lock = await connect().lock(request());
      api.remove(etcd, lockKey);
      await eventually(() => lock.lost(), 'the loss of the lock');
      expect(lock.held()).toBe(false);
    });

    it('that somebody else took by force is not released', async () => {
      const lock = await connect().lock(request());
      api.put(etcd, lockKey, 'stolen');
      await eventually(() => lock.lost(), 'the loss of the lock');
      await lock.release();
      expect(get(lockKey)).toBe('stolen');
    });

    it('says why it cannot be kept, while that is so', async () => {
      const own = await startEtcd();
      try {
        const lock = await connect({ endpoints: [own.endpoint] }).lock(request());
        const takeBack = api.askWho(own);
        await eventually(() => lock.problem() !== undefined, 'the refusal');
        expect(lock.problem()).toMatchObject({
          code: 'config',
          message: expect.stringContaining('etcd does not allow it: could not'),
        });
        takeBack();
        await eventually(() => lock.problem() === undefined, 'the end of it');
        expect(lock.held()).toBe(true);
      } finally {
        await own.remove();
      }
    });

    it.runIf(api.api === 'v2')('is refused where a value lies in its way', async () => {
      api.put(etcd, '/coreship', 'a value');
      await expect(connect().lock(request({ waitMs: 30_000 }))).rejects.toMatchObject({
        code: 'config',
        details: ['Not a directory: /coreship'],
      });
    });

    it.skipIf(!existsSync(built(api.api)))('of a run that was killed expires by itself', async () => {
      const child = holdInChild(api.api, etcd.endpoint);
      await once(child.stdout ?? child, 'data');
      await expect(connect().lock(request())).rejects.toMatchObject({ code: 'lock-held' });
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      const began = Date.now();
      const lock = await connect().lock(request({ waitMs: 30_000 }));
      expect(lock.held()).toBe(true);
      expect(Date.now() - began).toBeGreaterThan(1000);
    });
  });

  it('says within its time-out that etcd does not answer', async () => {
    const registry = connect({ endpoints: [`http://127.0.0.1:${await freePort()}`] });
    const began = Date.now();
    await expect(registry.registrations('/services/')).rejects.toMatchObject({
      code: 'failed',
      message: 'etcd did not answer: could not read /services/',
      details: [expect.stringContaining('ECONNREFUSED')],
      hint: 'check etcd on the machines: etcdctl endpoint health',
    });
    await expect(registry.lock(request())).rejects.toMatchObject({
      code: 'failed',
      message: 'etcd did not answer: could not take the lock',
    });
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  it('gets by where one of several endpoints is away', async () => {
    api.put(etcd, '/services/a/1', '1');
    const registry = connect({ endpoints: [`http://127.0.0.1:${await freePort()}`, etcd.endpoint] });
    await expect(registry.registrations('/services/a/')).resolves.toHaveLength(1);
  });

  it('logs in where etcd asks who it is, and says so where it may not', async () => {
    const takeBack = api.askWho(etcd);
    try {
      const known = connect({ auth: { username: 'root', password: 'secret' } });
      await expect(known.registrations('/')).resolves.toEqual([]);
      const refused = { code: 'config', message: 'etcd does not allow it: could not read /' };
      const wrong = connect({ auth: { username: 'root', password: 'wrong' } });
      await expect(wrong.registrations('/')).rejects.toMatchObject(refused);
      await expect(connect().registrations('/')).rejects.toMatchObject(refused);
    } finally {
      takeBack();
    }
  });
});

const built = (api: string) =>
  new URL(`../../dist/registry/etcd${api.slice(1)}-registry.js`, import.meta.url);

/** Another process that takes the lock and holds it until it is killed. It needs the build. */
function holdInChild(api: string, endpoint: string): ChildProcess {
  const code = `
    const [open] = Object.values(await import(process.argv[1]));
    const holder = { who: 'child', command: 'hold', pid: process.pid, since: 'now' };
    const registry = open({ endpoints: [process.argv[2]] });
    await registry.lock({ project: 'tutorial', holder, waitMs: 0, onWait: () => undefined });
    console.log('held');
    setInterval(() => undefined, 1000);`;
  const words = ['--input-type=module', '-e', code, built(api).href, endpoint];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}
