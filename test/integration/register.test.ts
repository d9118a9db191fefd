import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Etcd, startEtcd } from '../support/etcd/etcd.ts';
import { eventually } from '../support/eventually.ts';
import {
  createRegistrationFixture,
  type RegistrationFixture,
} from '../support/sidekick/registration-fixture.ts';
import { presentShells, sidekickMissing } from '../support/sidekick/sidekick.ts';
import { startTestServer } from '../support/test-server.ts';

const variants = presentShells.flatMap(([name, shell]) =>
  (['v3', 'v2'] as const).map((api) => ({ name, shell, api })),
);

describe.skipIf(sidekickMissing() !== undefined).each(variants)(
  'the register loop for $api under $name',
  ({ shell, api }) => {
    let etcd: Etcd;
    beforeAll(async () => {
      etcd = await startEtcd();
    });
    afterAll(() => etcd.remove());
    const it = test.extend<{ fixture: RegistrationFixture }>({
      fixture: async ({ onTestFinished }, use) =>
        use(await createRegistrationFixture({ etcd, api, shell }, onTestFinished)),
    });

    it.concurrent('registers what answers, and says so', async ({ fixture }) => {
      const { start, server, key, registered } = fixture;
      const sidekick = start({ path: '/healthz?full=1&x=%20' });
      await eventually(registered, 'the registration');
      expect(server.asked[0]).toBe('/healthz?full=1&x=%20');
      await sidekick.says(`registered ${key}`);
    });

    it.concurrent('registers nothing before `rise` good checks in a row', async ({ fixture }) => {
      const { start, server, registered } = fixture;
      server.answers = 'badly';
      start({ rise: 3 });
      await eventually(() => server.asked.length >= 3, 'three bad checks');
      expect(registered()).toBe(false);
      const before = server.asked.length;
      server.answers = 'well';
      await eventually(registered, 'the registration');
      expect(server.asked.length - before).toBeGreaterThanOrEqual(3);
    });

    it.concurrent('takes the registration back after `fall` bad checks, and gives it again', async ({
      fixture,
    }) => {
      const { start, server, key, registered } = fixture;
      const sidekick = start({ fall: 2 });
      await eventually(registered, 'the registration');
      server.answers = 'badly';
      await eventually(() => !registered(), 'the end of the registration');
      await sidekick.says('check failed: The requested URL returned error: 500');
      await sidekick.says(`deregistered ${key} (2 checks failed)`);
      server.answers = 'well';
      await eventually(registered, 'the next registration');
      await sidekick.says('check succeeded');
      expect(sidekick.said().match(/check failed/g)).toHaveLength(1);
    });

    it.concurrent.for(['never', 'halfway'] as const)(
      'counts a backend that answers %s as bad, within the time-out, and goes on',
      async (answers, { fixture }) => {
        const { start, server, registered } = fixture;
        start({ fall: 2, timeout: 0.3 });
        await eventually(registered, 'the registration');
        server.answers = answers;
        await eventually(() => !registered(), 'the end of the registration');
      },
    );

    it.concurrent('follows a check that took its whole interval by the next at once', async ({ fixture }) => {
      const { start, server } = fixture;
      server.answers = 'never';
      start({ interval: 6, timeout: 6 });
      await eventually(() => server.asked.length >= 1, 'the first check');
      const began = performance.now();
      await eventually(() => server.asked.length >= 3, 'the third check');
      // It begins after 12 s, where an interval between them would make it 24.
      expect(performance.now() - began).toBeLessThan(20_000);
    });

    it.concurrent.for(['slowly', 'redirecting'] as const)(
      'counts a backend that answers %s as good',
      async (answers, { fixture }) => {
        const { start, server, registered } = fixture;
        server.answers = answers;
        start({ timeout: 5 });
        await eventually(registered, 'the registration');
        expect(server.asked).not.toContain('/elsewhere');
      },
    );

    it.concurrent('keeps a flapping backend in while it never fails `fall` times in a row', async ({
      fixture,
    }) => {
      const { start, server, registered } = fixture;
      server.answers = 'flapping';
      start({ rise: 1, fall: 2, timeout: 5 });
      await eventually(registered, 'the registration');
      const asked = server.asked.length;
      await eventually(() => server.asked.length >= asked + 10, 'ten more checks');
      expect(registered()).toBe(true);
    });

    it.concurrent('keeps a flapping backend out while it never answers `rise` times in a row', async ({
      fixture,
    }) => {
      const { start, server, registered } = fixture;
      server.answers = 'flapping';
      start({ rise: 2, timeout: 5 });
      await eventually(() => server.asked.length >= 10, 'ten checks');
      expect(registered()).toBe(false);
    });

    it.concurrent('checks by connecting where that is asked for', async ({ fixture }) => {
      const { start, server, registered } = fixture;
      server.answers = 'never';
      const sidekick = start({ check: 'tcp', timeout: 0.3 });
      await eventually(registered, 'the registration');
      expect(server.asked).toEqual([]);
      await server.close();
      await eventually(() => !registered(), 'the end of the registration');
      await sidekick.says('check failed: Failed to connect');
      expect(sidekick.process.exitCode).toBeNull();
    });

    it.concurrent('stops at once although a check hangs', async ({ fixture }) => {
      const { start, server, registered } = fixture;
      const sidekick = start({ timeout: 60 });
      await eventually(registered, 'the registration');
      server.answers = 'never';
      const asked = server.asked.length;
      await eventually(() => server.asked.length > asked, 'a check that hangs');
      const began = Date.now();
      expect(await sidekick.stop()).toBe(0);
      expect(Date.now() - began).toBeLessThan(10_000);
      expect(registered()).toBe(false);
    });

    it.concurrent('keeps its key alive however slow the checks are, and wakes no watcher', async ({
      fixture,
    }) => {
      const { start, keys, registered } = fixture;
      start({ interval: 600, ttl: 8 });
      await eventually(registered, 'the registration');
      expect(await keys.watch(13)).toBe('');
      expect(registered()).toBe(true);
    });

    it.concurrent('takes only its own key away when it is stopped, at once', async ({ fixture }) => {
      const { start, keys, prefix, key, registered } = fixture;
      keys.put(`${prefix}10.0.0.9:1`, '10.0.0.9:1');
      const sidekick = start({ ttl: 60 });
      await eventually(registered, 'the registration');
      expect(await sidekick.stop()).toBe(0);
      expect(keys.all()).toEqual({ [`${prefix}10.0.0.9:1`]: '10.0.0.9:1' });
      await sidekick.says(`deregistered ${key} (stopped)`);
    });

    it.concurrent('leaves a key alone that somebody else has put in its place, until it is gone', async ({
      fixture,
    }) => {
      const { start, keys, key, registered } = fixture;
      const sidekick = start();
      await eventually(registered, 'the registration');
      // Told of it, too: it would put it once more after an answer that was lost.
      await sidekick.says(`registered ${key}`);
      keys.put(key, 'another');
      await sidekick.says(`${key} is somebody else's`);
      keys.remove(key);
      await eventually(registered, 'the next registration');
      await eventually(() => sidekick.said().split(`registered ${key}`).length > 2, 'its knowing of it');
      keys.put(key, 'another');
      await sidekick.stop();
      expect(keys.all()).toEqual({ [key]: 'another' });
    });

    it.concurrent('registers again when its key was removed, between two checks', async ({ fixture }) => {
      const { start, keys, key, registered } = fixture;
      const sidekick = start({ interval: 600 });
      await eventually(registered, 'the registration');
      await sidekick.says(`registered ${key}`);
      keys.remove(key);
      await eventually(registered, 'the next registration');
      await sidekick.says(`the registration ${key} is lost`);
    });

    it.concurrent('leaves its key to its time to live when it is killed', async ({ fixture }) => {
      const { start, registered } = fixture;
      const sidekick = start({ ttl: 8 });
      await eventually(registered, 'the registration');
      await sidekick.stop('SIGKILL');
      expect(registered()).toBe(true);
      await eventually(() => !registered(), 'the end of its time');
    });

    it.concurrent('takes over from one that was killed: the key never goes', async ({ fixture }) => {
      const { start, key, registered } = fixture;
      const first = start({ ttl: 8 });
      await eventually(registered, 'the registration');
      await first.stop('SIGKILL');
      const second = start({ ttl: 8 });
      await second.says(`registered ${key}`);
      // Longer than what the first one left would have lived.
      const until = performance.now() + 11_000;
      while (performance.now() < until) {
        expect(registered()).toBe(true);
        await delay(100);
      }
    });

    it.concurrent('lets nothing live on when the loop alone is killed', async ({ fixture }) => {
      const { start, registered } = fixture;
      const sidekick = start({ ttl: 2, interval: 600 });
      await eventually(registered, 'the registration');
      sidekick.process.kill('SIGKILL');
      await eventually(() => !registered(), 'the end of its time');
    });

    it.concurrent('takes turns at the tutorial’s key: the later one wins, and each removes its own', async ({
      fixture,
    }) => {
      const { start, keys, prefix, server } = fixture;
      const other = await startTestServer();
      const holder = () => keys.all()[`${prefix}127.0.0.1`];
      const [valueOfFirst, valueOfSecond] = [server, other].map(({ port }) => `127.0.0.1:${port}`);
      // Long: each is to hold it although the machine is busy.
      const first = start({ ttl: 9 }, { key: 'host' });
      await eventually(() => holder() === valueOfFirst, 'the registration of the first');
      await first.says('registered');
      const second = start({ ttl: 9 }, { key: 'host', port: other.port });
      await eventually(() => holder() === valueOfSecond, 'the registration of the second');
      await second.says('registered');
      await first.says(`${prefix}127.0.0.1 is somebody else's`);
      await second.stop();
      await eventually(() => holder() === valueOfFirst, 'the first one again');
      start({ ttl: 9 }, { key: 'host', port: other.port });
      await eventually(() => holder() === valueOfSecond, 'the second one again');
      await first.stop();
      expect(holder()).toBe(valueOfSecond);
      await other.close();
    });

    it.concurrent.for<[string, readonly string[], string]>([
      ['an address', ['COREOS_PRIVATE_IPV4='], "COREOS_PRIVATE_IPV4='' PORT='"],
      ['a port', ['PORT='], "COREOS_PRIVATE_IPV4='127.0.0.1' PORT=''"],
    ])(
      'says what is missing without %s, and registers nothing',
      async ([_what, overrides, words], { fixture }) => {
        const { start, keys } = fixture;
        const sidekick = start({}, { overrides });
        await once(sidekick.process, 'close');
        expect(sidekick.process.exitCode).toBe(1);
        await sidekick.says(`nothing to register: ${words}`);
        expect(keys.all()).toEqual({});
      },
    );
  },
);
