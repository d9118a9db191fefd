import { type Etcd3, EtcdLeaseInvalidError, type IKeyValue } from 'etcd3';
import { tryTimeoutMs } from './etcd-access.ts';
import type { KeyStore } from './key-store.ts';

/** Makes a request to etcd, which must be safe to repeat; `action` completes "could not ...". */
export type Request3 = <T>(action: string, request: (client: Etcd3) => Promise<T>) => Promise<T>;

/** Keys on API v3, each on a lease of its own. */
export function etcd3Keys(request: Request3, action: string): KeyStore {
  const read = async (key: string): Promise<IKeyValue | undefined> =>
    (await request(action, (client) => client.get(key).exec())).kvs[0];
  const revoke = (lease: string): Promise<void> => request(action, (client) => revokeLease(client, lease));

  return {
    get: async (key) => (await read(key))?.value.toString(),
    putIfAbsent: async (key, value, ttlSeconds) => {
      const { ID: lease } = await request(action, (client) =>
        client.leaseClient.leaseGrant({ TTL: ttlSeconds }),
      );
      const { succeeded } = await request(action, (client) =>
        client.if(key, 'Create', '==', 0).then(client.put(key).value(value).lease(lease)).commit(),
      );
      // An earlier try of this very request may have created the key.
      if (succeeded || (await read(key))?.lease === lease) return true;
      await revoke(lease);
      return false;
    },
    refresh: async (key, value) => {
      const found = await read(key);
      if (found?.value.toString() !== value) return false;
      return await request(action, (client) => keepAlive(client, found.lease));
    },
    delete: async (key, value) => {
      const found = await read(key);
      if (found?.value.toString() === value) await revoke(found.lease);
    },
  };
}

/** Resolves with whether the lease exists, and lives for its whole time again. A key without a lease has lease 0. */
async function keepAlive(client: Etcd3, lease: string): Promise<boolean> {
  const stream = await client.leaseClient.leaseKeepAlive({ deadline: Date.now() + tryTimeoutMs });
  const { TTL } = await new Promise<{ readonly TTL: string }>((resolve, reject) => {
    stream.on('data', resolve);
    stream.on('error', reject);
    stream.write({ ID: lease });
  });
  stream.end();
  return TTL !== '0';
}

/** Ends a lease, and deletes the keys on it. */
async function revokeLease(client: Etcd3, lease: string): Promise<void> {
  await client.leaseClient.leaseRevoke({ ID: lease }).catch((error: unknown) => {
    if (!(error instanceof EtcdLeaseInvalidError)) throw error;
  });
}
