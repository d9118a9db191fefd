import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/cli/cluster/open-registry.ts';
import type { EtcdAccess } from '../../src/registry/etcd-access.ts';
import type { LockRequest, Registry } from '../../src/registry/registry.ts';
import { makeCertificates } from '../support/etcd/certificates.ts';
import { type Etcd, etcdMissing, startEtcd, startEtcds } from '../support/etcd/etcd.ts';
import { EtcdConnection, openEtcdRoute } from '../support/etcd/etcd-routes.ts';
import { registryApis } from '../support/etcd/registry-apis.ts';
import { eventually } from '../support/eventually.ts';
import { retryAfterHostStall } from '../support/host-stalls.ts';

const missing = etcdMissing();
if (missing !== undefined) process.stderr.write(`registry tests skipped: ${missing}\n`);

const request: LockRequest = {
  project: 'tutorial',
  holder: { who: 'me@here', command: 'scale apache 7777', pid: 1, since: 'noon' },
  waitMs: 30_000,
  onWait: () => undefined,
};

describe.skipIf(missing !== undefined).each(registryApis)(
  'faults of etcd, API $api',
  ({ api, open, put, askWho }) => {
    const toClose: { close(): Promise<void> }[] = [];
    afterEach(async () => {
      for (const one of toClose.splice(0).reverse()) await one.close();
    });
    const start = async (count: number): Promise<readonly Etcd[]> => {
      const etcds = await startEtcds(count);
      toClose.push(...etcds.map((etcd) => ({ close: () => etcd.remove() })));
      return etcds;
    };
    const connect = (access: EtcdAccess): Registry => {
      const registry = open(access);
      toClose.push(registry);
      return registry;
    };

    it.each(['killed', 'frozen'])('its leader %s ends no reading and no lock', async (how) => {
      const etcds = await start(3);
      const endpoints = etcds.map(({ endpoint }) => endpoint);
      const registry = connect({ endpoints });
      const entry = { key: '/services/apache/10.0.0.1:7777', value: '10.0.0.1:7777' };
      for (const etcd of etcds.slice(0, 1)) put(etcd, entry.key, entry.value);
      const lock = await registry.lock(request);

      const leader = etcds.find(leads);
      if (how === 'killed') await leader?.stop();
      else leader?.signal('SIGSTOP');

      expect(await retryAfterHostStall(() => registry.registrations('/services/'))).toEqual([entry]);
      expect(lock.held()).toBe(true);
      // It takes a lock to see that writing goes on as well.
      const other = await connect({ endpoints }).lock({ ...request, project: 'other' });
      expect(other.held()).toBe(true);
      expect(lock.lost()).toBe(false);
      await lock.release();
      await expect(connect({ endpoints }).lock(request)).resolves.toBeDefined();
    });

    it('reads and locks survive when all endpoints but one are dead', async () => {
      const [etcd] = await start(1);
      if (!etcd) throw new Error('no etcd');
      const routes = await Promise.all([1, 2, 3, 4].map(() => openEtcdRoute(etcd)));
      toClose.push(...routes);
      const registry = connect({ endpoints: routes.map(({ endpoint }) => endpoint) });
      const lock = await registry.lock(request);
      for (const route of routes.slice(0, 3)) route.block();
      // The one that is left is found in this time.
      await eventually(async () => (await registry.registrations('/services/')).length === 0, 'an answer');
      // Longer than a lock lives without being refreshed.
      for (const end = Date.now() + 20_000; Date.now() < end; await delay(500)) {
        expect(await retryAfterHostStall(() => registry.registrations('/services/'))).toEqual([]);
        expect(lock.lost()).toBe(false);
      }
      expect(lock.held()).toBe(true);
    });

    it('a lock is not sure of itself while etcd is away, and knows afterwards', async () => {
      const [etcd] = await start(1);
      if (!etcd) throw new Error('no etcd');
      const lock = await connect({ endpoints: [etcd.endpoint] }).lock(request);
      await etcd.stop();
      await eventually(() => !lock.held(), 'the doubt');
      expect(lock.lost()).toBe(false);
      await etcd.start();
      if (api === 'v3') {
        // Leases are counted by a running etcd only, so that nobody else can have had it.
        await eventually(() => lock.held(), 'the certainty');
      } else {
        // Its end is a time of day: it may have come.
        await eventually(() => lock.held() || lock.lost(), 'the certainty');
      }
    });

    it('an etcd that is away is waited for by who wants the lock, and told once', async () => {
      const [etcd] = await start(1);
      if (!etcd) throw new Error('no etcd');
      await etcd.stop();
      const told: string[] = [];
      const onAway = ({ message }: Error): void => {
        told.push(message);
        void etcd.start();
      };
      const lock = await connect({ endpoints: [etcd.endpoint] }).lock({ ...request, onAway });
      expect(lock.held()).toBe(true);
      expect(told).toEqual(['etcd did not answer: could not take the lock']);
    });

    it('certificates are asked for and shown, by the name that is given', async () => {
      const files = makeCertificates();
      toClose.push({ close: async () => await Promise.resolve(files.remove()) });
      const etcd = await startEtcd(files);
      toClose.push({ close: () => etcd.remove() });
      const [ca, cert, key] = [files.ca, files.cert, files.key].map((path) => readFileSync(path));
      if (!ca || !cert || !key) throw new Error('no certificates');
      const access = { endpoints: [etcd.endpoint], serverName: '127.0.0.1' };
      const refused = {
        code: 'config',
        message: "etcd's certificates do not match: could not read /services/",
      };
      const read = (changes: Partial<EtcdAccess>) =>
        connect({ ...access, ...changes }).registrations('/services/');
      await expect(read({ tls: { ca, cert, key } })).resolves.toEqual([]);
      await expect(read({ tls: { ca, cert, key }, serverName: 'other' })).rejects.toMatchObject(refused);
      await expect(read({ tls: { ca } })).rejects.toMatchObject(refused);
    });

    // The client of v2 sends its user with each question: there is no login.
    if (api === 'v3') {
      it('a user logs in where the certificate has a name only', async () => {
        const files = makeCertificates('DNS:etcd.example');
        toClose.push({ close: async () => await Promise.resolve(files.remove()) });
        const etcd = await startEtcd(files);
        toClose.push({ close: () => etcd.remove() });
        askWho(etcd);
        const read = async (host: string) => {
          const settings = {
            endpoints: [`https://${host}:2379`],
            username: 'root',
            passwordFile: files.password,
            caFile: files.ca,
            certFile: files.cert,
            keyFile: files.key,
          };
          const registry = await openRegistry(api, settings, [
            () => Promise.resolve(new EtcdConnection(etcd)),
          ]);
          toClose.push(registry);
          return registry.registrations('/services/');
        };
        await expect(read('etcd.example')).resolves.toEqual([]);
        await expect(read('other.example')).rejects.toMatchObject({
          code: 'config',
          message: "etcd's certificates do not match: could not read /services/",
        });
      });
    }

    it('certificates may name an IPv6 address', async () => {
      const files = makeCertificates();
      toClose.push({ close: async () => await Promise.resolve(files.remove()) });
      const etcd = await startEtcd(files);
      toClose.push({ close: () => etcd.remove() });
      const settings = {
        endpoints: ['https://[fd00::1]:2379'],
        caFile: files.ca,
        certFile: files.cert,
        keyFile: files.key,
      };
      const machine = new EtcdConnection(etcd);
      const registry = await openRegistry(api, settings, [() => Promise.resolve(machine)]);
      toClose.push(registry);
      await expect(registry.registrations('/services/')).resolves.toEqual([]);
      expect(machine.asked).toContain('fd00::1 2379');
    });
  },
);

function leads(etcd: Etcd): boolean {
  const [status] = JSON.parse(etcd.ctl('endpoint', 'status', '--write-out=json')) as readonly {
    readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
  }[];
  return status !== undefined && status.Status.leader === status.Status.header.member_id;
}
