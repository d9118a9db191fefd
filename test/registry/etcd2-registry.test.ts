import { afterEach, describe, expect, it } from 'vitest';
import type { EtcdAccess } from '../../src/registry/etcd-access.ts';
import { etcd2Registry } from '../../src/registry/etcd2-registry.ts';
import { etcd3Registry } from '../../src/registry/etcd3-registry.ts';
import type { LockRequest, Registry } from '../../src/registry/registry.ts';
import { type Asked, type FakeEtcd2, fakeEtcd2 } from './fake-etcd2.ts';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0).reverse()) await one.close();
});
const serve = async (answer: Parameters<typeof fakeEtcd2>[0]): Promise<FakeEtcd2> => {
  const server = await fakeEtcd2(answer);
  toClose.push(server);
  return server;
};
const connect = (access: EtcdAccess, open = etcd2Registry): Registry => {
  const registry = open(access);
  toClose.push(registry);
  return registry;
};
const takeLock = (etcd: FakeEtcd2, waitMs: number, onWait: LockRequest['onWait'] = () => undefined) => {
  const holder = { who: 'me', command: 'scale', pid: 1, since: 'now' };
  return connect({ endpoints: [etcd.endpoint] }).lock({ project: 'tutorial', holder, waitMs, onWait });
};
const page = [404, '404 page not found\n'] as const;
const versionOr =
  (version: string, other: readonly [number, string]) =>
  ({ path }: Asked) =>
    path === '/version' ? ([200, `{"etcdserver":"${version}","etcdcluster":"x"}`] as const) : other;
const empty = [404, '{"errorCode":100,"message":"Key not found","cause":"/services","index":3}'] as const;

describe('etcd2Registry', () => {
  it('asks for the folder, by a majority, with user and password', async () => {
    const etcd = await serve(() => empty);
    const auth = { username: 'joe', password: 'a:b' };
    await connect({ endpoints: [etcd.endpoint], auth }).registrations('/services/');
    expect(etcd.asked).toEqual([
      {
        method: 'GET',
        path: '/v2/keys/services?recursive=true&quorum=true',
        body: '',
        authorization: `Basic ${Buffer.from('joe:a:b').toString('base64')}`,
      },
    ]);
  });

  it('reads whatever is in the folders', async () => {
    const tree = {
      action: 'get',
      node: {
        key: '/services',
        dir: true,
        nodes: [
          { key: '/services/b', dir: true, nodes: [{ key: '/services/b/2', value: '2' }] },
          { key: '/services/empty', dir: true },
          { key: '/services/a', dir: true, nodes: [{ key: '/services/a/1', value: '' }, null, 'x'] },
        ],
      },
    };
    const etcd = await serve(() => [200, JSON.stringify(tree)]);
    expect(await connect({ endpoints: [etcd.endpoint] }).registrations('/services/')).toEqual([
      { key: '/services/a/1', value: '' },
      { key: '/services/b/2', value: '2' },
    ]);
  });

  it.each([
    ['has no leader', [500, '{"errorCode":300,"message":"Raft Internal Error"}']],
    ['is not ready', [503, 'unavailable']],
    ['never answers', undefined],
  ] as const)('asks the next endpoint where one %s, and then that one first', async (_, answer) => {
    const bad = await serve(() => answer);
    const good = await serve(() => empty);
    const registry = connect({ endpoints: [bad.endpoint, good.endpoint] });
    expect(await registry.registrations('/services/')).toEqual([]);
    expect(await registry.registrations('/services/')).toEqual([]);
    expect([bad.asked.length, good.asked.length]).toEqual([1, 2]);
  });

  it('asks again where no endpoint could answer for a moment', async () => {
    let failures = 3;
    const etcd = await serve(() => (failures-- > 0 ? [503, ''] : empty));
    expect(await connect({ endpoints: [etcd.endpoint] }).registrations('/services/')).toEqual([]);
  });

  it('takes a lock whose first answer was lost for its own', async () => {
    let value = '';
    const etcd = await serve(({ method, body }) => {
      const form = new URLSearchParams(body);
      if (method === 'GET') {
        return value === '' ? empty : [200, JSON.stringify({ node: { key: '/lock', value } })];
      }
      if (form.get('refresh') === 'true') return [form.get('prevValue') === value ? 200 : 412, '{}'];
      if (value !== '') return [412, '{"errorCode":105}'];
      value = form.get('value') ?? '';
      return [500, 'lost'];
    });
    const lock = await takeLock(etcd, 0);
    expect(lock.held()).toBe(true);
  });

  it('tries no further where etcd refuses the lock, and says why', async () => {
    const etcd = await serve(() => [
      400,
      '{"errorCode":104,"message":"Not a directory","cause":"/coreship"}',
    ]);
    await expect(takeLock(etcd, 30_000)).rejects.toMatchObject({
      code: 'config',
      message: 'etcd refused: could not take the lock',
      details: ['Not a directory: /coreship'],
    });
    expect(etcd.asked.map(({ method }) => method)).toEqual(['GET']);
  });

  it('waits for a lock that is always there and never seen, and gives it up in time', async () => {
    const etcd = await serve(({ method }) => (method === 'GET' ? empty : [412, '{"errorCode":105}']));
    const told: string[] = [];
    await expect(takeLock(etcd, 700, (holder) => told.push(holder.who))).rejects.toMatchObject({
      code: 'lock-held',
    });
    // Three tries of three questions each, and the key given up.
    expect(etcd.asked.length).toBeLessThanOrEqual(10);
    expect(told).toEqual([]);
  });

  it.each([
    ['3.4.23', page, 'etcd 3.4.23 does not offer API v2', 'start etcd with --enable-v2'],
    ['3.6.1', page, 'etcd 3.6.1 does not offer API v2', 'etcd 3.6 removed API v2'],
    ['4.0.0', page, 'etcd 4.0.0 does not offer API v2', 'etcd 3.6 removed API v2'],
    [
      '3.4.23',
      [401, '{"message":"The request requires user authentication","cause":"Insufficient credentials"}'],
      'etcd does not allow it: could not read /services/',
      'passwordFile',
    ],
    [
      '3.4.23',
      [400, '{"errorCode":104,"message":"Not a directory","cause":"/services","index":3}'],
      'etcd refused: could not read /services/',
      'something else',
    ],
    ['3.4.23', [403, 'no'], 'etcd does not allow it: could not read /services/', 'passwordFile'],
  ] as const)('etcd %s answering %j: %s', async (version, answer, message, hint) => {
    const etcd = await serve(versionOr(version, answer));
    const reading = connect({ endpoints: [etcd.endpoint] }).registrations('/services/');
    await expect(reading).rejects.toMatchObject({
      code: 'config',
      message,
      hint: expect.stringContaining(hint),
    });
  });

  it('says where something else than etcd answers', async () => {
    const server = await serve(() => [200, '<html>']);
    const reading = connect({ endpoints: [server.endpoint] }).registrations('/services/');
    await expect(reading).rejects.toMatchObject({
      code: 'failed',
      details: ['this is not etcd: 200 <html>'],
    });
  });
});

describe('etcd3Registry', () => {
  it('says that an etcd 2 has no API v3', async () => {
    const etcd = await serve(versionOr('2.3.8', page));
    const reading = connect({ endpoints: [etcd.endpoint] }, etcd3Registry).registrations('/services/');
    await expect(reading).rejects.toMatchObject({
      code: 'config',
      message: 'etcd 2.3.8 does not offer API v3',
      hint: expect.stringContaining('registry.api to v2'),
    });
  });
});
