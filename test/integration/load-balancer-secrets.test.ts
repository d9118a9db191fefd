import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Etcd, etcdMissing, eventually, freePort, startEtcd } from './etcd.ts';
import { BalancerContainer, balancerMissing } from './support/balancer-container.ts';
import { balancerWatchers } from './support/balancer-watchers.ts';

const missing =
  etcdMissing() ??
  balancerMissing() ??
  (existsSync('/usr/bin/openssl') ? undefined : '/usr/bin/openssl is not installed');
if (missing !== undefined)
  process.stderr.write(`tests of a load balancer with secrets skipped: ${missing}\n`);

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
      const { ca, cert, key } = certificates;
      if (kind.api === 'v3') {
        etcd.ctl('put', '/services/apache/x', '127.0.0.1:9999');
        etcd.ctl('user', 'add', `root:${password}`);
        etcd.ctl('user', 'grant-role', 'root', 'root');
        etcd.ctl('auth', 'enable');
      } else {
        const ask = (method: string, path: string, ...words: readonly string[]) =>
          execFileSync('/usr/bin/curl', [
            ...['-fsS', '--cacert', ca, '--cert', cert, '--key', key, '-X', method],
            ...[...words, `${etcd.endpoint}/v2${path}`],
          ]);
        ask('PUT', '/keys/services/apache/x', '-d', 'value=127.0.0.1:9999');
        ask('PUT', '/auth/users/root', '-d', JSON.stringify({ user: 'root', password }));
        ask('PUT', '/auth/enable');
        const all = ['/*'];
        const nobody = { role: 'guest', revoke: { kv: { read: all, write: all } } };
        ask('PUT', '/auth/roles/guest', '-u', `root:${password}`, '-d', JSON.stringify(nobody));
      }
    });
    afterAll(async () => {
      await etcd.remove();
      certificates.remove();
    });

    async function started(user: Readonly<Record<string, string>>): Promise<void> {
      const routes = [{ service: 'apache', path: '/', timeout: 60, keepAlive: 0 }];
      const { ca, cert, key } = certificates;
      const environment = { ETCDCTL_CACERT: ca, ETCDCTL_CERT: cert, ETCDCTL_KEY: key, ...user };
      // The first does not answer: there are others.
      const endpoints = `https://127.0.0.1:${await freePort()},${etcd.endpoint}`;
      balancer = await BalancerContainer.create({ ...kind, routes, endpoints, environment });
      await balancer.start();
    }

    it('follows it, and shows the password to nobody', async () => {
      await started({ ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: password });
      try {
        await balancer.serves(['127.0.0.1:9999']);
        await eventually(
          () => balancer.within('ps', '-eo', 'args').includes('confd-watch watch'),
          'the watcher',
        );
        for (let look = 0; look < 20; look++) {
          expect(balancer.within('ps', '-eo', 'args')).not.toContain('se"cr');
        }
        expect(readFileSync(`${balancer.dir}/output`, 'utf8')).not.toContain('se"cr');
      } finally {
        await balancer.remove();
      }
    });

    it('says so when etcd does not let it in, and does not run against it', async () => {
      await started({ ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: 'wrong' });
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
