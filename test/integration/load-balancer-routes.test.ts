import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Route } from '../../src/services/service.ts';
import { BalancerContainer, balancerMissing } from '../support/balancer/balancer-container.ts';
import { type Etcd, etcdMissing, startEtcd } from '../support/etcd/etcd.ts';
import { type KeyWriter, keyWriter } from '../support/etcd/key-writer.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const missing = etcdMissing() ?? balancerMissing();
if (missing !== undefined) process.stderr.write(`tests of routes skipped: ${missing}\n`);

const route = (service: string, changes: Partial<Route> = {}): Route => ({
  service,
  path: '/',
  timeout: 60,
  keepAlive: 0,
  ...changes,
});

describe.skipIf(missing !== undefined)('the nginx of a load balancer', () => {
  let etcd: Etcd;
  let keys: KeyWriter;
  let balancer: BalancerContainer;
  let servers: Server[] = [];

  beforeAll(async () => {
    etcd = await startEtcd();
    keys = keyWriter('v3', etcd.endpoint);
  });
  afterAll(() => etcd.remove());
  beforeEach(() => {
    servers = [];
  });
  afterEach(async () => {
    await balancer.remove();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await keys.clear();
  });

  async function before(...routes: readonly Route[]): Promise<void> {
    const endpoints = etcd.endpoint;
    balancer = await BalancerContainer.create({ routes, api: 'v3', endpoints, watcher: 'etcdctl' });
    await balancer.start();
  }

  /** Registers an instance that answers with its service's name and the path, or does what the test says. */
  async function instance(
    service: string,
    answer: Parameters<typeof createServer>[1] = (request, response) => {
      response.end(`${service} ${request.url}`);
    },
    address = '127.0.0.1',
  ): Promise<string> {
    const server = createServer(answer).listen(0, address);
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const value = `${address.includes(':') ? `[${address}]` : address}:${port}`;
    await keys.put(`/services/${service}/${value}`, value);
    return value;
  }

  /** Registers an address where nobody listens. */
  async function nobody(service: string): Promise<string> {
    const value = `127.0.0.1:${await freePort()}`;
    await keys.put(`/services/${service}/${value}`, value);
    return value;
  }

  const ask = async (path: string, host?: string): Promise<string> => {
    const { status, text } = await balancer.get(path, host === undefined ? {} : { headers: { host } });
    return status === 200 ? text : String(status);
  };
  const post = async () => (await balancer.get('/', { method: 'POST' })).status;

  it('sends each request to the service of its host and path', async () => {
    await before(
      route('apache'),
      route('shop', { path: '/shop' }),
      route('cart', { path: '/shop/cart' }),
      route('api', { host: 'api.example.org', path: '/v1' }),
      route('shop', { host: '*.shop.example.org' }),
    );
    for (const service of ['apache', 'shop', 'cart', 'api'])
      await balancer.serves([await instance(service)], service);
    expect(await ask('/')).toBe('apache /');
    expect(await ask('/shops?x=%20')).toBe('apache /shops?x=%20');
    expect(await ask('/shop')).toBe('shop /shop');
    expect(await ask('/shop/')).toBe('shop /shop/');
    expect(await ask('/shop/cart/1')).toBe('cart /shop/cart/1');
    expect(await ask('/shop/carts')).toBe('shop /shop/carts');
    expect(await ask('/v1/a', 'api.example.org')).toBe('api /v1/a');
    expect(await ask('/', 'api.example.org')).toBe('404');
    expect(await ask('/a', 'x.shop.example.org')).toBe('shop /a');
    expect(await ask('/v1', 'elsewhere.example.org')).toBe('apache /v1');
  });

  it('answers 404 for hosts nobody asked it to serve', async () => {
    await before(route('apache', { host: 'a.example.org' }));
    await balancer.serves([await instance('apache')]);
    expect(await ask('/', 'a.example.org')).toBe('apache /');
    expect(await ask('/', 'b.example.org')).toBe('404');
  });

  it('says for each service whether it has instances', async () => {
    await before(
      route('apache', { health: '/health' }),
      route('shop', { path: '/shop', health: '/shop/health' }),
    );
    await balancer.serves([await instance('apache')]);
    expect(await ask('/health')).toBe('ok\n');
    expect(await ask('/shop/health')).toBe('503');
    expect(await ask('/shop/1')).toBe('503');
    expect((await balancer.get('/shop')).text).toContain('shop has no instances');
    expect(await ask('/')).toBe('apache /');
  });

  it('tells instances the host and port that the client asked for', async () => {
    await before(route('apache'), route('shop', { host: 'shop.example.org' }));
    const sayHost: Parameters<typeof createServer>[1] = (request, response) => {
      response.end(request.headers.host ?? 'nothing');
    };
    await balancer.serves([await instance('apache', sayHost)]);
    await balancer.serves([await instance('shop', sayHost)], 'shop');
    for (const host of ['a.example.org', 'a.example.org:8080', '[2001:db8::1]', '[2001:db8::1]:8080'])
      expect(await ask('/', host)).toBe(host);
    expect(await ask('/', 'shop.example.org:8080')).toBe('shop.example.org:8080');
    expect(await balancer.say('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\n127.0.0.1$/);
    // What the route goes by wins.
    expect(
      await balancer.say('GET http://shop.example.org:81/ HTTP/1.0\r\nHost: a.example.org\r\n\r\n'),
    ).toMatch(/\r\n\r\nshop.example.org$/);
  });

  it('lets its workers have more files than docker gives', async () => {
    await before(route('apache'));
    const limits =
      'for pid in $(pgrep -P "$(cat /run/nginx.pid)"); do grep "open files" /proc/$pid/limits; done';
    const lines = balancer.within('sh', '-c', limits).trim().split('\n');
    for (const line of lines) expect(line).toMatch(/^Max open files +16384 /);
  });

  it('takes instances with an IPv6 address', async () => {
    await before(route('apache'));
    await balancer.serves([await instance('apache', undefined, '::1')]);
    expect(await ask('/6')).toBe('apache /6');
  });

  it('sends what nobody has got to the next instance, a POST too', async () => {
    await before(route('apache'));
    const values = [await nobody('apache'), await nobody('apache'), await instance('apache')];
    await balancer.serves(values);
    for (let round = 0; round < 12; round++) expect(await post()).toBe(200);
  });

  it('sends a GET to the next instance when one hangs up, but no POST', async () => {
    let got = 0;
    const hangUp: Parameters<typeof createServer>[1] = (request) => {
      got += 1;
      request.socket.destroy();
    };
    await before(route('apache'));
    await balancer.serves([await instance('apache', hangUp), await instance('apache')]);
    for (let round = 0; round < 4; round++) expect(await ask('/')).toBe('apache /');
    const seen = got;
    expect(seen).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const statuses = [await post(), await post()];
    expect(statuses.toSorted()).toEqual([200, 502]);
    expect(got).toBe(seen + 1);
  });

  it('loses no request to connections that an instance lets go of', async () => {
    await before(route('apache', { keepAlive: 8 }));
    const value = await instance('apache');
    // Far enough from the second after which nginx lets go that a busy machine does not bring the two together.
    for (const server of servers) server.keepAliveTimeout = 3000;
    await balancer.serves([value]);
    for (const pause of [0, 10, 990, 1000, 1010, 2990, 3000, 3010]) {
      expect(await post()).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    expect(await post()).toBe(200);
  });

  it('shows the 503 page where no instance can be reached, and else what an instance says', async () => {
    await before(route('apache'), route('shop', { path: '/shop', timeout: 0.3 }));
    await balancer.serves([await nobody('apache'), await nobody('apache')]);
    expect(await balancer.get('/')).toMatchObject({
      status: 503,
      text: expect.stringContaining('apache cannot be reached'),
    });
    await balancer.serves(
      [await instance('shop', (_, response) => response.writeHead(502).end('mine'))],
      'shop',
    );
    expect(await balancer.get('/shop')).toEqual({ status: 502, text: 'mine' });
  });

  it('lets a request fail at an instance that says nothing for longer than the route allows', async () => {
    await before(route('apache', { timeout: 0.3 }));
    await balancer.serves([await instance('apache', () => undefined)]);
    const began = Date.now();
    expect((await balancer.get('/')).status).toBe(504);
    expect(Date.now() - began).toBeLessThan(5000);
  });

  it('sends few requests to an instance that hangs', async () => {
    await before(route('apache'));
    const hanging = new Set<string>();
    const hang: Parameters<typeof createServer>[1] = ({ url = '' }) => void hanging.add(url);
    await balancer.serves([await instance('apache', hang), await instance('apache')]);
    const abort = new AbortController();
    for (let count = 0; count < 20; count++) {
      const path = `/${count}`;
      const answer = balancer.get(path, { signal: abort.signal }).catch(() => undefined);
      // One after the other, but for those that hang: how fast they come is the computer's business.
      let answered = false;
      void answer.then(() => {
        answered = true;
      });
      await eventually(() => answered || hanging.has(path), `an end of request ${count}`);
      if (!hanging.has(path)) expect((await answer)?.status).toBe(200);
    }
    abort.abort();
    expect(hanging.size).toBeLessThanOrEqual(2);
  });
});
