import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { BalancerContainer, balancerMissing } from '../support/balancer/balancer-container.ts';
import { balancerWatchers } from '../support/balancer/balancer-watchers.ts';
import { type Etcd, etcdMissing, startEtcd } from '../support/etcd/etcd.ts';
import { type EtcdRoute, openEtcdRoute } from '../support/etcd/etcd-routes.ts';
import { keyWriter } from '../support/etcd/key-writer.ts';

const missing = etcdMissing() ?? balancerMissing();

describe.skipIf(missing !== undefined).each(balancerWatchers())(
  'the load balancer with $watcher on API $api and several endpoints',
  (kind) => {
    let etcd: Etcd;
    let balancer: BalancerContainer;
    const etcdRoutes: EtcdRoute[] = [];

    beforeAll(async () => {
      etcd = await startEtcd();
    });
    afterAll(() => etcd.remove());
    beforeEach(async () => {
      for (let count = 0; count < 3; count++) etcdRoutes.push(await openEtcdRoute(etcd));
      const routes = [{ service: 'apache', path: '/', timeout: 60, keepAlive: 0 }];
      const endpoints = etcdRoutes.map(({ endpoint }) => endpoint).join(',');
      balancer = await BalancerContainer.create({ ...kind, routes, endpoints });
    });
    afterEach(async () => {
      await balancer.remove();
      for (const route of etcdRoutes.splice(0)) await route.close();
    });

    it('follows a change by its watch when all endpoints but one were cut off', async () => {
      const keys = keyWriter(kind.api, etcd.endpoint);
      await keys.put('/services/apache/one', '10.0.0.1:7777');
      // It does not help that it looks again without a word.
      balancer.set('reread', 600);
      await balancer.start();
      await balancer.serves(['10.0.0.1:7777']);
      // Heard by whichever watches, so that all of them are on.
      await keys.put('/services/apache/two', '10.0.0.2:7777');
      await balancer.serves(['10.0.0.1:7777', '10.0.0.2:7777']);
      for (const route of etcdRoutes.slice(0, 2)) route.cut();
      await keys.put('/services/apache/three', '10.0.0.3:7777');
      await balancer.serves(['10.0.0.1:7777', '10.0.0.2:7777', '10.0.0.3:7777']);
    });
  },
);
