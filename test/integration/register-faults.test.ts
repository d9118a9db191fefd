import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/etcd/certificates.ts';
import { type Etcd, startEtcd, startEtcds } from '../support/etcd/etcd.ts';
import { requireUsers } from '../support/etcd/etcd-keys.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import {
  createRegistrationFixture,
  type RegistrationFixture,
  type RegistrationOptions,
} from '../support/sidekick/registration-fixture.ts';
import { presentShells, sidekickMissing } from '../support/sidekick/sidekick.ts';

// Each API under one of the shells: which, makes no difference here.
const variants = (['v3', 'v2'] as const).flatMap((api, index) =>
  presentShells
    .slice(index % presentShells.length, (index % presentShells.length) + 1)
    .map(([name, shell]) => ({ api, name, shell })),
);

describe.skipIf(sidekickMissing() !== undefined).each(variants)(
  'etcd’s faults and the register loop for $api',
  ({ api, shell }) => {
    const it = test.extend<{
      etcds: (count: number) => Promise<readonly [Etcd, ...Etcd[]]>;
      setting: (options: Omit<RegistrationOptions, 'api' | 'shell'>) => Promise<RegistrationFixture>;
    }>({
      etcds: async ({ onTestFinished }, use) =>
        use(async (count) => {
          const [first, ...others] = await startEtcds(count);
          if (!first) throw new Error('no etcd was started');
          onTestFinished(async () => {
            for (const etcd of [first, ...others]) await etcd.remove();
          });
          return [first, ...others];
        }),
      setting: async ({ onTestFinished }, use) =>
        use((options) => createRegistrationFixture({ ...options, api, shell }, onTestFinished)),
    });

    it.concurrent('pass over an endpoint that is dead, and one that never answers', async ({
      etcds,
      setting,
      onTestFinished,
    }) => {
      const [etcd] = await etcds(1);
      const [dead, silent] = [await freePort(), await freePort()];
      const server = createServer().listen(silent, '127.0.0.1');
      onTestFinished(() => void server.close());
      const endpoints = `, http://127.0.0.1:${dead}, http://127.0.0.1:${silent},${etcd.endpoint}, `;
      const { start, registered } = await setting({ etcd, environment: { ETCDCTL_ENDPOINTS: endpoints } });
      const sidekick = start();
      await eventually(registered, 'the registration');
      expect(await sidekick.stop()).toBe(0);
      expect(registered()).toBe(false);
    });

    it.concurrent('cost nothing when one of three is down, or the leader is killed', async ({
      etcds,
      setting,
    }) => {
      const all = await etcds(3);
      const leader = all.find((etcd) => /, true,/.test(etcd.ctl('endpoint', 'status')));
      const [follower, survivor] = all.filter((etcd) => etcd !== leader);
      if (!leader || !follower || !survivor) throw new Error('these have no leader');
      // Those that go are asked first.
      const endpoints = [follower, leader, survivor].map(({ endpoint }) => endpoint).join(',');
      const { start, keys, registered } = await setting({
        etcd: survivor,
        environment: { ETCDCTL_ENDPOINTS: endpoints },
      });
      // On a busy machine etcd takes its time to find a leader.
      start({ ttl: 18 });
      await eventually(registered, 'the registration');
      for (const etcd of [follower, leader]) {
        const events = keys.watch(25);
        await etcd.stop();
        expect(await events).toBe('');
        expect(registered()).toBe(true);
        await etcd.start();
      }
    });

    it.concurrent('are over: what was away longer than the time to live has the key again', async ({
      etcds,
      setting,
    }) => {
      const [etcd] = await etcds(1);
      const { start, registered } = await setting({ etcd });
      // No check comes to its help.
      start({ interval: 600, ttl: 6 });
      await eventually(registered, 'the registration');
      for (const [away, back] of [
        [etcd.stop, etcd.start],
        [() => etcd.signal('SIGSTOP'), () => etcd.signal('SIGCONT')],
      ] as const) {
        await away();
        await delay(8000);
        await back();
        await eventually(registered, 'the registration');
        await delay(8000);
        expect(registered()).toBe(true);
      }
    });

    it.concurrent('are waited for, and said once', async ({ etcds, setting }) => {
      const [etcd] = await etcds(1);
      const { start, server, registered } = await setting({ etcd });
      await etcd.stop();
      const sidekick = start();
      await sidekick.says(`etcd at ${etcd.endpoint}: `);
      const asked = server.asked.length;
      await eventually(() => server.asked.length >= asked + 30, 'checks that go on');
      expect(sidekick.said().match(/etcd at/g)).toHaveLength(1);
      await etcd.start();
      await eventually(registered, 'the registration');
    });

    it.concurrent('do not hold up a stop', async ({ etcds, setting }) => {
      const [etcd] = await etcds(1);
      const { start, key, registered } = await setting({ etcd });
      const sidekick = start();
      await eventually(registered, 'the registration');
      await etcd.stop();
      const began = Date.now();
      expect(await sidekick.stop()).toBe(0);
      // The unit's TimeoutStopSec= is 15.
      expect(Date.now() - began).toBeLessThan(15_000);
      await sidekick.says(`no etcd takes ${key} back (stopped)`);
    });

    // In v2 each refresh is a look as well.
    if (api === 'v3') {
      it.concurrent('that cost a look at the key have it looked at again at once', async ({
        etcds,
        setting,
        onTestFinished,
      }) => {
        const [etcd] = await etcds(1);
        const tools = mkdtempSync(join(tmpdir(), 'coreship-tools-'));
        onTestFinished(() => rmSync(tools, { recursive: true }));
        // The first look fails.
        const script = `#!/bin/sh\necho "$1" >>${tools}/log\nif [ "$1" = get ] && mkdir ${tools}/failed; then exit 1; fi\nexec /usr/bin/etcdctl "$@"\n`;
        writeFileSync(join(tools, 'etcdctl'), script, { mode: 0o755 });
        const { start } = await setting({ etcd, environment: { PATH: `${tools}:${process.env['PATH']}` } });
        start();
        const after = () => {
          const calls = readFileSync(join(tools, 'log'), 'utf8').trim().split('\n');
          const look = calls.indexOf('get');
          return look < 0 ? [] : calls.slice(look + 1, look + 3);
        };
        await eventually(() => after().length === 2, 'two calls after the first look');
        expect(after()).toEqual(['lease', 'get']);
      });
    }

    it.concurrent('are not its certificates and users, which no command line shows', async ({
      setting,
      onTestFinished,
    }) => {
      const certificates = makeCertificates();
      const etcd = await startEtcd(certificates);
      const tools = mkdtempSync(join(tmpdir(), 'coreship-tools-'));
      onTestFinished(async () => {
        await etcd.remove();
        certificates.remove();
        rmSync(tools, { recursive: true });
      });
      const password = `pa"ss\\w$rd'%`;
      requireUsers(etcd, api, password, { certificates });
      const log = join(tools, 'log');
      for (const tool of ['curl', 'etcdctl']) {
        const script = `#!/bin/sh\necho "${tool} $*" >>${log}\nexec /usr/bin/${tool} "$@"\n`;
        writeFileSync(join(tools, tool), script, { mode: 0o755 });
      }
      const environment = {
        PATH: `${tools}:${process.env['PATH']}`,
        ETCDCTL_CACERT: certificates.ca,
        ETCDCTL_CERT: certificates.cert,
        ETCDCTL_KEY: certificates.key,
        ETCDCTL_ENDPOINTS: etcd.endpoint,
        ETCDCTL_USER: 'registrar',
      };
      const entry = { certificates, user: 'root:root' };
      const { start, registered } = await setting({ etcd, entry });
      const stranger = start({}, { environment: { ...environment, ETCDCTL_PASSWORD: 'wrong' } });
      await stranger.says(`etcd at ${etcd.endpoint}: `);
      expect(registered()).toBe(false);
      await stranger.stop();
      const known = start({}, { environment: { ...environment, ETCDCTL_PASSWORD: password } });
      await eventually(registered, 'the registration');
      await known.stop();
      expect(registered()).toBe(false);
      const lines = readFileSync(log, 'utf8').split('\n');
      expect(lines.some((line) => line.startsWith(api === 'v3' ? 'etcdctl lease' : 'curl -sS -K -'))).toBe(
        true,
      );
      expect(lines.filter((line) => line.includes('wrong') || line.includes('pa"ss'))).toEqual([]);
    });
  },
);
