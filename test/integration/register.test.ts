import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Registration } from '../../src/services/service.ts';
import { type Etcd, eventually, startEtcd } from './etcd.ts';
import { type Keys, keysOf } from './etcd-keys.ts';
import { type LittleServer, startLittleServer } from './little-server.ts';
import {
  presentShells,
  type Sidekick,
  type SidekickOptions,
  sidekickMissing,
  startSidekick,
} from './sidekick.ts';

const ways = presentShells.flatMap(([name, shell]) =>
  (['v3', 'v2'] as const).map((api) => ({ name, shell, api })),
);

describe.skipIf(sidekickMissing() !== undefined).each(ways)(
  'the register loop for $api under $name',
  ({ shell, api }) => {
    let etcd: Etcd;
    let keys: Keys;
    let server: LittleServer;
    const running: Sidekick[] = [];

    beforeAll(async () => {
      etcd = await startEtcd();
      keys = keysOf(etcd, api);
    });
    afterAll(() => etcd.remove());
    beforeEach(async () => {
      server = await startLittleServer();
    });
    afterEach(async () => {
      for (const sidekick of running.splice(0)) await sidekick.stop('SIGKILL');
      await server.close();
      keys.clear();
    });

    const value = () => `127.0.0.1:${server.port}`;
    const key = () => `/services/apache/${value()}`;
    const registered = () => keys.all()[key()] === value();

    function start(registration: Partial<Registration> = {}, more: Partial<SidekickOptions> = {}): Sidekick {
      const environment = { ETCDCTL_ENDPOINTS: etcd.endpoint };
      const sidekick = startSidekick(shell, { api, port: server.port, registration, environment, ...more });
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

    it.each(['never', 'halfway'] as const)(
      'counts a backend that answers %s as bad, within the time-out, and goes on',
      async (answers) => {
        start({ fall: 2, timeout: 0.3 });
        await eventually(registered, 'the registration');
        server.answers = answers;
        await eventually(() => !registered(), 'the end of the registration', 5000);
      },
    );

    it.each(['slowly', 'redirecting'] as const)(
      'counts a backend that answers %s as good',
      async (answers) => {
        server.answers = answers;
        start();
        await eventually(registered, 'the registration');
        expect(server.asked).not.toContain('/elsewhere');
      },
    );

    it('keeps a flapping backend as it is: in while it never fails `fall` times, out while it never rises', async () => {
      server.answers = 'flapping';
      const kept = start({ rise: 1, fall: 2 });
      await eventually(registered, 'the registration');
      const asked = server.asked.length;
      await eventually(() => server.asked.length >= asked + 10, 'ten more checks');
      expect(registered()).toBe(true);
      await kept.stop();
      start({ rise: 2 });
      const again = server.asked.length;
      await eventually(() => server.asked.length >= again + 10, 'ten more checks');
      expect(registered()).toBe(false);
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

    it('keeps its key alive however slow the checks are, and wakes no watcher', async () => {
      start({ interval: 30, ttl: 2 });
      await eventually(registered, 'the registration');
      expect(await keys.watch(5)).toBe('');
      expect(registered()).toBe(true);
    });

    it('takes only its own key away when it is stopped, at once', async () => {
      keys.put('/services/apache/10.0.0.9:1', '10.0.0.9:1');
      const sidekick = start({ ttl: 60 });
      await eventually(registered, 'the registration');
      expect(await sidekick.stop()).toBe(0);
      expect(keys.all()).toEqual({ '/services/apache/10.0.0.9:1': '10.0.0.9:1' });
      await sidekick.says(`deregistered ${key()} (stopped)`);
    });

    it('leaves a key alone that somebody else has put in its place since, until it is gone', async () => {
      const sidekick = start();
      await eventually(registered, 'the registration');
      keys.put(key(), 'another');
      await sidekick.says(`${key()} is somebody else's`);
      keys.remove(key());
      await eventually(registered, 'the next registration');
      keys.put(key(), 'another');
      await sidekick.stop();
      expect(keys.all()).toEqual({ [key()]: 'another' });
    });

    it('registers again when its key was removed', async () => {
      const sidekick = start({ interval: 30 });
      await eventually(registered, 'the registration');
      keys.remove(key());
      await eventually(registered, 'the next registration');
      expect(sidekick.said()).toContain(`the registration ${key()} is lost`);
    });

    it('leaves its key to its time to live when it is killed', async () => {
      const sidekick = start({ ttl: 2 });
      await eventually(registered, 'the registration');
      await sidekick.stop('SIGKILL');
      expect(registered()).toBe(true);
      await eventually(() => !registered(), 'the end of its time');
    });

    it('takes over from one that was killed: the key never goes', async () => {
      const first = start({ ttl: 2 });
      await eventually(registered, 'the registration');
      await first.stop('SIGKILL');
      const second = start({ ttl: 2 });
      await second.says(`registered ${key()}`);
      // Longer than what the first one left would have lived.
      const until = Date.now() + 4000;
      while (Date.now() < until) {
        expect(registered()).toBe(true);
        await delay(100);
      }
    });

    it('lets nothing live on when the loop alone is killed', async () => {
      const sidekick = start({ ttl: 2, interval: 30 });
      await eventually(registered, 'the registration');
      sidekick.process.kill('SIGKILL');
      await eventually(() => !registered(), 'the end of its time');
    });

    it('uses the tutorial’s key where that is asked for: the later one wins, and each removes its own', async () => {
      const hostKey = '/services/apache/127.0.0.1';
      const other = await startLittleServer();
      const holder = () => keys.all()[hostKey];
      const first = start({}, { key: 'host' });
      await eventually(() => holder() === value(), 'the registration of the first');
      const second = start({}, { key: 'host', port: other.port });
      const valueOfOther = `127.0.0.1:${other.port}`;
      await eventually(() => holder() === valueOfOther, 'the registration of the second');
      await first.says(`${hostKey} is somebody else's`);
      await second.stop();
      await eventually(() => holder() === value(), 'the first one again');
      start({}, { key: 'host', port: other.port });
      await eventually(() => holder() === valueOfOther, 'the second one again');
      await first.stop();
      expect(holder()).toBe(valueOfOther);
      await other.close();
    });

    it.each([
      ['an address', ['COREOS_PRIVATE_IPV4='], "COREOS_PRIVATE_IPV4='' PORT='"],
      ['a port', ['PORT='], "COREOS_PRIVATE_IPV4='127.0.0.1' PORT=''"],
    ])('says what is missing without %s, and registers nothing', async (_what, overrides, words) => {
      const sidekick = start({}, { overrides });
      await once(sidekick.process, 'close');
      expect(sidekick.process.exitCode).toBe(1);
      await sidekick.says(`nothing to register: ${words}`);
      expect(keys.all()).toEqual({});
    });
  },
);
