import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BalancerContainer, balancerMissing } from '../support/balancer/balancer-container.ts';
import { balancerWatchers } from '../support/balancer/balancer-watchers.ts';
import { type Etcd, etcdMissing, startEtcd } from '../support/etcd/etcd.ts';
import { type KeyWriter, keyWriter } from '../support/etcd/key-writer.ts';
import { eventually } from '../support/eventually.ts';

const missing = etcdMissing() ?? balancerMissing();
if (missing !== undefined) process.stderr.write(`tests of a load balancer's faults skipped: ${missing}\n`);

/** Seconds for which vanished instances are kept here. */
const patienceSeconds = 12;

describe.skipIf(missing !== undefined).each(balancerWatchers())(
  'etcd’s faults and the load balancer with $watcher on API $api',
  (kind) => {
    let etcd: Etcd;
    let keys: KeyWriter;
    let balancer: BalancerContainer;

    beforeEach(async () => {
      etcd = await startEtcd();
      keys = keyWriter(kind.api, etcd.endpoint);
      const routes = [{ service: 'apache', path: '/', timeout: 60, keepAlive: 0 }];
      // As a hand may write it.
      const endpoints = `, ${etcd.endpoint}, `;
      balancer = await BalancerContainer.create({ ...kind, routes, endpoints });
      // Long enough for all the looks of a busy machine.
      balancer.set('patience', patienceSeconds);
      await balancer.start();
    });
    afterEach(async () => {
      await balancer.remove();
      await etcd.remove();
    });

    const values = ['127.0.0.1:8001', '127.0.0.1:8002'];
    const register = async () => {
      for (const value of values) await keys.put(`/services/apache/${value}`, value);
      await balancer.serves(values);
    };
    const saysOf = (words: string) => balancer.said().split(words).length - 1;
    const problem = (words: string | null) =>
      eventually(
        () => {
          const { problem: said } = balancer.status();
          return words === null ? said === null : said?.startsWith(words) === true;
        },
        () => `the problem ${words}: ${balancer.said()}`,
      );

    it('keeps a list that is gone as a whole, also when etcd goes away again meanwhile', async () => {
      await register();
      await keys.clear();
      await problem('all or most instances of apache');
      await etcd.stop();
      await problem('etcd does not answer');
      // Longer than instances are kept.
      await delay((patienceSeconds + 1) * 1000);
      await etcd.start();
      await problem('all or most instances of apache');
      expect(balancer.status().services).toEqual({ apache: values });
      await balancer.serves([]);
    });

    it('says once that etcd hangs', async () => {
      await register();
      etcd.signal('SIGSTOP');
      await problem('etcd does not answer');
      const heartbeat = () => balancer.within('stat', '-c', '%y', '/run/confd-watch/heartbeat');
      for (let turn = 0; turn < 3; turn++) {
        const last = heartbeat();
        await eventually(() => heartbeat() !== last, 'the next reading');
      }
      // On a busy machine a reading may end in other words.
      const said = balancer
        .said()
        .split('\n')
        .filter((line) => line.startsWith('etcd does not answer'));
      expect(said.filter((line, index) => line === said[index - 1])).toEqual([]);
      etcd.signal('SIGCONT');
      await problem(null);
    });

    it('says once what it ignores', async () => {
      for (let index = 0; index < 8; index++) await keys.put(`/services/apache/bad${index}`, `bad${index}`);
      await register();
      await eventually(() => balancer.status().ignored === 8, 'all of them ignored');
      // Perhaps more than once: what is ignored is said as a whole when there is more of it.
      const said = saysOf("apache 'bad5'");
      expect(said).toBeGreaterThan(0);
      for (let index = 0; index < 3; index++) {
        const value = `127.0.0.2:${8000 + index}`;
        await keys.put(`/services/apache/${value}`, value);
        await balancer.serves([...values, value]);
        await keys.remove(`/services/apache/${value}`);
        await balancer.serves(values);
      }
      expect(saysOf("apache 'bad5'")).toBe(said);
    });
  },
);
