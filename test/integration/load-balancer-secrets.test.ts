import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BalancerContainer, balancerMissing } from '../support/balancer/balancer-container.ts';
import { balancerWatchers } from '../support/balancer/balancer-watchers.ts';
import { type Certificates, makeCertificates } from '../support/etcd/certificates.ts';
import { type Etcd, etcdMissing, startEtcd } from '../support/etcd/etcd.ts';
import { keysOf, requireUsers } from '../support/etcd/etcd-keys.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const missing =
  etcdMissing() ??
  balancerMissing() ??
  (existsSync('/usr/bin/openssl') ? undefined : '/usr/bin/openssl is not installed');
if (missing !== undefined)
  process.stderr.write(`tests of a load balancer with secrets skipped: ${missing}\n`);

const news = '/services/apache/news';

/** With what a quoted string could stumble over. */
const password = 'se"cr\\et';

describe.skipIf(missing !== undefined).each(balancerWatchers())(
  'the load balancer with $watcher on API $api, and an etcd that asks for a certificate and a user',
  (kind) => {
    let certificates: Certificates;
    let etcd: Etcd;
    let balancer: BalancerContainer;

    beforeAll(async () => {
      certificates = makeCertificates();
      etcd = await startEtcd(certificates);
      const { put } = keysOf(etcd, kind.api, 'apache', { certificates });
      put('/services/apache/x', '127.0.0.1:9999');
      put('/services/shop/x', '127.0.0.1:9998');
      requireUsers(etcd, kind.api, password, { certificates });
      // This confd reads the folder itself.
      if (kind.watcher === 'confd' && kind.api === 'v2') grantFolder(etcd, certificates);
    });
    afterAll(async () => {
      await etcd.remove();
      certificates.remove();
    });

    async function started(user: Readonly<Record<string, string>>, ...services: string[]): Promise<void> {
      const routes = services.map((service) => ({ service, path: `/${service}`, timeout: 60, keepAlive: 0 }));
      const { ca, cert, key } = certificates;
      const environment = { ETCDCTL_CACERT: ca, ETCDCTL_CERT: cert, ETCDCTL_KEY: key, ...user };
      // The first does not answer: there are others.
      const endpoints = `https://127.0.0.1:${await freePort()},${etcd.endpoint}`;
      balancer = await BalancerContainer.create({ ...kind, routes, endpoints, environment });
      // What it learns, it learns by its watch.
      balancer.set('reread', 600);
      await balancer.start();
    }

    it.each([
      ['one service', ['apache']],
      ['two services', ['apache', 'shop']],
    ])('follows %s, and shows the password to nobody', async (_, services) => {
      await started({ ETCDCTL_USER: 'registrar', ETCDCTL_PASSWORD: password }, ...services);
      try {
        await balancer.serves(['127.0.0.1:9999']);
        if (services.includes('shop')) await balancer.serves(['127.0.0.1:9998'], 'shop');
        await eventually(
          () => balancer.status().problem === null,
          () => balancer.said(),
        );
        await eventually(
          () => balancer.within('ps', '-eo', 'args').includes('confd-watch watch'),
          'the watcher',
        );
        keysOf(etcd, kind.api, 'apache', { certificates, user: 'root:root' }).put(news, '127.0.0.1:9997');
        await balancer.serves(['127.0.0.1:9997', '127.0.0.1:9999']);
        for (let look = 0; look < 20; look++) {
          expect(balancer.within('ps', '-eo', 'args')).not.toContain('se"cr');
        }
        expect(readFileSync(`${balancer.dir}/output`, 'utf8')).not.toContain('se"cr');
      } finally {
        keysOf(etcd, kind.api, 'apache', { certificates, user: 'root:root' }).remove(news);
        await balancer.remove();
      }
    });

    it('says so when etcd does not let it in, and does not run against it', async () => {
      await started({ ETCDCTL_USER: 'registrar', ETCDCTL_PASSWORD: 'wrong' }, 'apache');
      try {
        await eventually(
          () => balancer.status().problem?.startsWith('etcd does not answer: ') === true,
          () => balancer.said(),
        );
        const watcher = () => balancer.within('cat', '/run/confd-watch/watcher.pid');
        const heartbeat = () => balancer.within('stat', '-c', '%y', '/run/confd-watch/heartbeat');
        const first = watcher();
        for (let turn = 0; turn < 3; turn++) {
          const last = heartbeat();
          await eventually(() => heartbeat() !== last, 'the next reading');
        }
        expect(watcher()).toBe(first);
      } finally {
        await balancer.remove();
      }
    });
  },
);

function grantFolder(etcd: Etcd, { ca, cert, key }: Certificates): void {
  const grant = { kv: { read: ['/services*'], write: [] } };
  execFileSync('/usr/bin/curl', [
    ...['-fsS', '--cacert', ca, '--cert', cert, '--key', key, '-u', 'root:root', '-X', 'PUT'],
    ...['-d', JSON.stringify({ role: 'registrar', grant }), `${etcd.endpoint}/v2/auth/roles/registrar`],
  ]);
}
