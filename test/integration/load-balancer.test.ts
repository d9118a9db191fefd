import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BalancerContainer, balancerMissing } from '../support/balancer/balancer-container.ts';
import { balancerWatchers } from '../support/balancer/balancer-watchers.ts';
import { type Etcd, etcdMissing, startEtcd } from '../support/etcd/etcd.ts';
import { type KeyWriter, keyWriter } from '../support/etcd/key-writer.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const missing = etcdMissing() ?? balancerMissing();
if (missing !== undefined) process.stderr.write(`tests of the load balancer skipped: ${missing}\n`);

describe.skipIf(missing !== undefined).each(balancerWatchers())(
  'the load balancer with $watcher on API $api',
  (kind) => {
    let etcd: Etcd;
    let keys: KeyWriter;
    let balancer: BalancerContainer;
    const backends: TestServer[] = [];

    beforeAll(async () => {
      etcd = await startEtcd();
      keys = keyWriter(kind.api, etcd.endpoint);
    });
    afterAll(() => etcd.remove());
    beforeEach(async () => {
      const routes = [{ service: 'apache', path: '/', timeout: 60, keepAlive: 0 }];
      balancer = await BalancerContainer.create({ ...kind, routes, endpoints: etcd.endpoint });
    });
    afterEach(async () => {
      await balancer.remove();
      for (const backend of backends.splice(0)) await backend.close();
      await etcd.start();
      await keys.clear();
    });

    const key = (value: string) => `/services/apache/${value}`;
    const register = (value: string) => keys.put(key(value), value);
    const deregister = (value: string) => keys.remove(key(value));
    async function backend(): Promise<string> {
      const server = await startTestServer();
      backends.push(server);
      return `127.0.0.1:${server.port}`;
    }

    it('starts without etcd and answers 503, then serves once etcd is there', async () => {
      await etcd.stop();
      await balancer.start();
      expect(await balancer.get()).toMatchObject({
        status: 503,
        text: expect.stringContaining('apache has no instances'),
      });
      await eventually(
        () => balancer.status().problem?.startsWith('etcd does not answer: ') === true,
        'the problem',
      );
      expect(balancer.status().problem).toContain(`(ETCDCTL_ENDPOINTS is ${etcd.endpoint})`);
      const said = balancer.within('sh', '-c', '"$0/confd-watch" status 2>&1', balancer.dir);
      expect(said.split('\n')).toEqual([
        'apache: no backends',
        expect.stringMatching(/^since .*, by /),
        expect.stringMatching(/^etcd does not answer: /),
        '',
      ]);
      await etcd.start();
      const value = await backend();
      await register(value);
      await balancer.serves([value]);
      expect(await balancer.get()).toEqual({ status: 200, text: 'little\n' });
      await eventually(() => balancer.status().problem === null, 'the end of the problem');
    });

    it('follows what is registered and what is not any more, down to nobody, and up again', async () => {
      const [one, two] = [await backend(), await backend()];
      await register(one);
      await balancer.start();
      await balancer.serves([one]);
      await register(two);
      await balancer.serves([one, two]);
      await deregister(one);
      await balancer.serves([two]);
      await deregister(two);
      await balancer.serves([]);
      expect((await balancer.get()).status).toBe(503);
      expect(balancer.watch('status')).toContain('apache: no backends\n');
      await register(one);
      await balancer.serves([one]);
      expect((await balancer.get()).status).toBe(200);
    });

    it('follows a change by its watch, and not only by looking again', async () => {
      balancer.set('reread', 600);
      await balancer.start();
      const [value, other] = [await backend(), await backend()];
      await register(value);
      await register(other);
      await balancer.serves([value, other]);
      // One of two: the last one would be kept for a while.
      await deregister(value);
      await balancer.serves([other]);
    });

    it('minds its own service only', async () => {
      const value = await backend();
      await keys.put('/services/apache2/x', '10.0.0.9:1');
      await register(value);
      await balancer.start();
      await balancer.serves([value]);
      expect(balancer.status().ignored).toBe(0);
    });

    it('lets nothing through that is not an address and a port', async () => {
      const value = await backend();
      const hostile = [
        '',
        'example.org:80',
        'nowhere.invalid:80',
        '10.0.0.1',
        '10.0.0.1:0',
        '10.0.0.1:99999',
        '300.0.0.1:80',
        '10.0.0.1:80;',
        'x; } server {',
        '10.0.0.1:80; } events {',
        '$(touch /tmp/x):80',
        '10.0.0.1:80 down',
        '10.0.0.1:80\n10.0.0.2:80',
        '","key":"/services/apache/x","value":"10.0.0.1:80',
        '10.0.0.1:80"\n"/services/apache/x" "10.0.0.2:80',
        '-n',
        '*',
        '2001:db8::1:80',
        '[2001:db8::1',
        '[1:2:3:4:5:6:7]:80',
        '[1::2::3]:80',
        '[1::2:3:4:5:6:7:8]:80',
        '[1:2:3:4:5:6:7::]:80',
        '[:::]:80',
        '[fe80::1%eth0]:80',
        // The load balancer itself.
        '127.0.0.1:80',
        '127.9.9.9:80',
        '0.0.0.0:80',
        '[::]:80',
        '[::1]:80',
        '[0:0:0:0:0:0:0:1]:80',
        '[::ffff:7f00:1]:80',
        '[0:0:0:0:0:FFFF:7FAB:12]:80',
        '[::ffff:0:0]:80',
        '10.0.0.1:80'.padEnd(1_000_000, '0'),
      ];
      for (const [index, text] of hostile.entries()) await keys.put(`/services/apache/bad${index}`, text);
      const good = [
        value,
        '[2001:db8::1]:80',
        '[::1]:8080',
        '[::11]:80',
        '127.0.0.1:8080',
        '[1:2:3:4:5:6:7:8]:1',
        '[1:2:3:4:5:6::]:65535',
        '[::ffff:7f00:1]:8080',
        '[::ffff:a00:1]:80',
        '[1::ffff:7f00:1]:80',
        '[::]:1',
      ];
      for (const [index, text] of good.entries()) await keys.put(`/services/apache/good${index}`, text);
      await balancer.start();
      await balancer.serves(good);
      expect(balancer.status().ignored).toBe(hostile.length);
      expect(balancer.said().split("apache '10.0.0.1:99999'")).toHaveLength(2);
      expect((await balancer.get()).status).toBe(200);
    });

    it('keeps the last good list while nginx refuses the next, and retries until it is taken', async () => {
      const [one, two] = [await backend(), await backend()];
      await register(one);
      await balancer.start();
      await balancer.serves([one]);
      balancer.refuse(true);
      await register(two);
      const problem = 'nginx refused the new list: refused by the test';
      await eventually(() => balancer.status().problem === problem, 'the refusal');
      await balancer.serves([one]);
      expect((await balancer.get()).status).toBe(200);
      balancer.refuse(false);
      await balancer.serves([one, two]);
      await eventually(() => balancer.status().problem === null, 'the end of the refusal');
    });

    it('keeps serving while etcd is away, and follows again when it is back', async () => {
      const [one, two] = [await backend(), await backend()];
      await register(one);
      await balancer.start();
      await balancer.serves([one]);
      await etcd.stop();
      expect((await balancer.get()).status).toBe(200);
      await etcd.start();
      await register(two);
      await balancer.serves([one, two]);
    });

    it('keeps a list that is gone as a whole, for a moment', async () => {
      // Long enough for all the looks of a busy machine.
      balancer.set('patience', 20);
      const [one, two] = [await backend(), await backend()];
      await register(one);
      await register(two);
      await balancer.start();
      await balancer.serves([one, two]);
      await keys.clear();
      const problem = 'all or most instances of apache are gone';
      await eventually(() => balancer.status().problem === problem, 'the doubt');
      await balancer.serves([one, two]);
      // One that is back already does not drop the others.
      await register(one);
      await balancer.serves([one, two]);
      await balancer.serves([one]);
      await keys.clear();
      await balancer.serves([]);
    });

    it('keeps an only instance while its registration is made anew', async () => {
      balancer.set('patience', 20);
      const one = await backend();
      await register(one);
      await balancer.start();
      await balancer.serves([one]);
      await eventually(() => balancer.reloads() === 1, 'the first list');
      await deregister(one);
      const problem = 'all or most instances of apache are gone';
      await eventually(() => balancer.status().problem === problem, 'the doubt');
      expect((await balancer.get()).status).toBe(200);
      await register(one);
      await eventually(() => balancer.status().problem === null, 'the end of the doubt');
      expect(balancer.reloads()).toBe(1);
    });

    it('starts anew with the last good list while etcd is away', async () => {
      const value = await backend();
      await register(value);
      await balancer.start();
      await balancer.serves([value]);
      await etcd.stop();
      await balancer.end('SIGKILL');
      await balancer.start();
      expect((await balancer.get()).status).toBe(200);
      await balancer.serves([value]);
    });

    it('gathers a burst of changes into few reloads', async () => {
      const value = await backend();
      await register(value);
      await balancer.start();
      await balancer.serves([value]);
      const before = balancer.reloads();
      const began = performance.now();
      const others = Array.from({ length: 25 }, (_, index) => `127.0.1.1:${8000 + index}`);
      for (const other of others) {
        await register(other);
        await delay(40);
      }
      for (const other of others) {
        await deregister(other);
        await delay(40);
      }
      await register('127.0.1.2:81');
      await balancer.serves([value, '127.0.1.2:81']);
      // At most one a second: a busy machine needs more seconds than this takes by itself.
      const seconds = (performance.now() - began) / 1000;
      expect(balancer.reloads() - before).toBeLessThanOrEqual(Math.max(5, Math.ceil(seconds)));
    });

    it('starts its helpers again, also one that hangs', async () => {
      const [one, two, three] = [await backend(), await backend(), await backend()];
      await balancer.start();
      await register(one);
      await balancer.serves([one]);
      balancer.within('bash', '-c', 'kill -KILL -- "-$(cat /run/confd-watch/watcher.pid)"');
      await register(two);
      await balancer.serves([one, two]);
      const pid = balancer.within('cat', '/run/confd-watch/watcher.pid');
      balancer.within('bash', '-c', 'kill -STOP -- "-$(cat /run/confd-watch/watcher.pid)"');
      await register(three);
      await balancer.serves([one, two, three]);
      await eventually(
        () => balancer.within('cat', '/run/confd-watch/watcher.pid') !== pid,
        'another watcher',
      );
      balancer.within('pkill', '-KILL', '-f', 'confd-watch follow');
      await deregister(three);
      await balancer.serves([one, two]);
      balancer.watch('health');
    });

    it('answers for itself in JSON', async () => {
      const value = await backend();
      await register(value);
      await balancer.start();
      await balancer.serves([value]);
      await eventually(() => balancer.status().problem === null, 'no problem');
      expect(balancer.status()).toEqual({
        version: 1,
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        revision: kind.watcher.startsWith('confd') ? null : expect.stringMatching(/^\d+$/),
        watcher: kind.watcher,
        services: { apache: [value] },
        ignored: 0,
        problem: null,
      });
      expect(balancer.watch('status')).toContain(`apache: ${value}\n`);
    });

    it.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('ends with its nginx at %s', async (signal) => {
      await balancer.start();
      const began = Date.now();
      expect(await balancer.end(signal)).not.toBeNull();
      expect(Date.now() - began).toBeLessThan(10_000);
      await expect(balancer.get()).rejects.toThrow();
    });

    it.each([
      ['its first list is not made', 'reasons'],
      ['its nginx is hardly begun', 'upstreams.conf'],
    ])('ends at a signal that comes while %s', async (_, file) => {
      await balancer.begin(file);
      const ended = balancer.end('SIGTERM').then(() => 'ended');
      expect(await Promise.race([ended, delay(20_000, 'runs on')])).toBe('ended');
    });

    it('ends when its nginx ends', async () => {
      await balancer.start();
      try {
        balancer.within('sh', '-c', 'kill -KILL "$(cat /run/nginx.pid)"');
      } catch {
        // This command ends with the container, if it has not ended before.
      }
      expect(await balancer.ended()).not.toBe(0);
    });
  },
);
