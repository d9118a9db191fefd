import type { Etcd2Answer, Etcd2Client, Etcd2Request } from './etcd2-client.ts';
import type { KeyStore } from './key-store.ts';

/** Keys on API v2, each with a time to live. */
export function etcd2Keys(client: Etcd2Client, action: string): KeyStore {
  const request = (one: Etcd2Request): Promise<Etcd2Answer> => client.request(action, one);
  return {
    get: async (key) => {
      const { node } = await request({ method: 'GET', key, query: { quorum: 'true' } });
      return node && (node.value ?? '');
    },
    putIfAbsent: async (key, value, ttlSeconds) => {
      const form = { prevExist: 'false', value, ttl: String(ttlSeconds) };
      return (await request({ method: 'PUT', key, form })).status === 201;
    },
    refresh: async (key, value, ttlSeconds) => {
      // refresh: only the time to live changes, and watchers are not notified.
      const form = { refresh: 'true', prevValue: value, ttl: String(ttlSeconds) };
      return (await request({ method: 'PUT', key, form })).status === 200;
    },
    delete: async (key, value) => {
      await request({ method: 'DELETE', key, query: { prevValue: value } });
    },
  };
}
