import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { type Etcd, etcdMissing, startEtcd } from './etcd.ts';
import { BalancerContainer, balancerMissing } from './support/balancer-container.ts';
import { balancerWatchers } from './support/balancer-watchers.ts';
import { registryHand } from './support/registry-hand.ts';
import { openWay, type Way } from './ways.ts';

const missing = etcdMissing() ?? balancerMissing();

describe.skipIf(missing !== undefined).each(balancerWatchers())(
  'the load balancer with $watcher on API $api and several endpoints',
  (kind) => {
    let etcd: Etcd;
    let balancer: BalancerContainer;
    const ways: Way[] = [];

    beforeAll(async () => {
      etcd = await startEtcd();
    });
    afterAll(() => etcd.remove());
    beforeEach(async () => {
      for (let count = 0; count < 3; count++) ways.push(await openWay(etcd));
      const routes = [{ service: 'apache', path: '/', timeout: 60, keepAlive: 0 }];
      const endpoints = ways.map(({ endpoint }) => endpoint).join(',');
      balancer = await BalancerContainer.create({ ...kind, routes, endpoints });
    });
    afterEach(async () => {
      await balancer.remove();
      for (const way of ways.splice(0)) await way.close();
    });

    it('follows a change by its watch when all endpoints but one were cut off', async () => {
      const hand = registryHand(kind.api, etcd.endpoint);
      await hand.put('/services/apache/one', '10.0.0.1:7777');
      // It does not help that it looks again without a word.
      balancer.set('reread', 600);
      await balancer.start();
      await balancer.serves(['10.0.0.1:7777']);
      // Heard by whichever watches, so that all of them are on.
      await hand.put('/services/apache/two', '10.0.0.2:7777');
      await balancer.serves(['10.0.0.1:7777', '10.0.0.2:7777']);
      for (const way of ways.slice(0, 2)) way.cut();
      await hand.put('/services/apache/three', '10.0.0.3:7777');
      await balancer.serves(['10.0.0.1:7777', '10.0.0.2:7777', '10.0.0.3:7777']);
    });
  },
);
