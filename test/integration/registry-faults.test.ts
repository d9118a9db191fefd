import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/cli/open-registry.ts';
import type { EtcdAccess } from '../../src/registry/etcd-access.ts';
import type { LockRequest, Registry } from '../../src/registry/registry.ts';
import { FakeConnection } from '../fakes/fake-connection.ts';
import { makeCertificates } from './certificates.ts';
import { type Etcd, etcdMissing, eventually, startEtcd, startEtcds } from './etcd.ts';
import { registryApis } from './registry-apis.ts';

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
  ({ api, open, put }) => {
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

      expect(await registry.registrations('/services/')).toEqual([entry]);
      expect(lock.held()).toBe(true);
      // It takes a lock to see that writing goes on as well.
      const other = await connect({ endpoints }).lock({ ...request, project: 'other' });
      expect(other.held()).toBe(true);
      expect(lock.lost()).toBe(false);
      await lock.release();
      await expect(connect({ endpoints }).lock(request)).resolves.toBeDefined();
    });

    it('a lock is not sure of itself while etcd is away, and knows afterwards', async () => {
      const [etcd] = await start(1);
      if (!etcd) throw new Error('no etcd');
      const lock = await connect({ endpoints: [etcd.endpoint] }).lock(request);
      await etcd.stop();
      await eventually(() => !lock.held(), 'the doubt', 30_000);
      expect(lock.lost()).toBe(false);
      await etcd.start();
      if (api === 'v3') {
        // Leases are counted by a running etcd only, so that nobody else can have had it.
        await eventually(() => lock.held(), 'the certainty', 30_000);
      } else {
        // Its end is a time of day: it may have come.
        await eventually(() => lock.held() || lock.lost(), 'the certainty', 30_000);
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
        message: 'etcd and its certificates do not fit: could not read /services/',
      };
      const read = (changes: Partial<EtcdAccess>) =>
        connect({ ...access, ...changes }).registrations('/services/');
      await expect(read({ tls: { ca, cert, key } })).resolves.toEqual([]);
      await expect(read({ tls: { ca, cert, key }, serverName: 'other' })).rejects.toMatchObject(refused);
      await expect(read({ tls: { ca } })).rejects.toMatchObject(refused);
    });

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
      const machine = new WayTo(etcd);
      const registry = await openRegistry(api, settings, [() => Promise.resolve(machine)]);
      toClose.push(registry);
      await expect(registry.registrations('/services/')).resolves.toEqual([]);
      expect(machine.asked).toContain('fd00::1 2379');
    });
  },
);

/** A machine from which every address is this etcd. */
class WayTo extends FakeConnection {
  readonly asked: string[] = [];
  private readonly port: number;

  constructor({ endpoint }: Etcd) {
    super(() => ({}));
    this.port = Number(new URL(endpoint).port);
  }

  override openTcp(host: string, port: number): Promise<Duplex> {
    this.asked.push(`${host} ${port}`);
    return Promise.resolve(connectTcp(this.port, '127.0.0.1'));
  }
}

function leads(etcd: Etcd): boolean {
  const [status] = JSON.parse(etcd.ctl('endpoint', 'status', '--write-out=json')) as readonly {
    readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
  }[];
  return status !== undefined && status.Status.leader === status.Status.header.member_id;
}
