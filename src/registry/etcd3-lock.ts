import { type Etcd3, EtcdLeaseInvalidError } from 'etcd3';
import { tryTimeoutMs } from './etcd-access.ts';
import { lockTtlSeconds } from './lock-holder.ts';
import type { LockStore } from './lock-store.ts';
import type { LockHolder } from './registry.ts';

/** Puts a question to etcd; it must be safe to repeat. */
export type Ask3 = <T>(what: string, question: (client: Etcd3) => Promise<T>) => Promise<T>;

/** A lock's key on API v3: created where there is none, on a lease of its own. The key is ours where the lease is. */
export function etcd3LockStore(ask: Ask3, key: string, holder: LockHolder): LockStore {
  // What hangs on no lease has lease 0.
  let lease: string | undefined;

  const take: LockStore['take'] = async () => {
    const found = await ask('take the lock', (client) => client.get(key).exec());
    const [there] = found.kvs;
    if (there) {
      if (there.lease === lease) return (await refresh()) ? { taken: true } : take();
      return { taken: false, value: there.value.toString() };
    }
    // A lease that an earlier try asked for may be old by now.
    await dropLease();
    const granted = await ask('take the lock', (client) =>
      client.leaseClient.leaseGrant({ TTL: lockTtlSeconds }),
    );
    const id = granted.ID;
    lease = id;
    const put = await ask('take the lock', (client) =>
      client
        .if(key, 'Create', '==', 0)
        .then(client.put(key).value(JSON.stringify(holder)).lease(id))
        .commit(),
    );
    return put.succeeded ? { taken: true } : take();
  };

  const refresh = async (): Promise<boolean> => {
    const id = lease;
    if (id === undefined) return false;
    if (!(await ask('keep the lock', (client) => keepAlive(client, id)))) return false;
    // The lease may live on without the key, where somebody removed it by hand.
    const found = await ask('keep the lock', (client) => client.get(key).exec());
    return found.kvs[0]?.lease === id;
  };

  const dropLease = async (): Promise<void> => {
    const id = lease;
    if (id !== undefined) await ask('give up the lock', (client) => revoke(client, id));
    lease = undefined;
  };

  return { take, refresh, release: dropLease };
}

/** Whether the lease is there, and lives anew. */
async function keepAlive(client: Etcd3, id: string): Promise<boolean> {
  const stream = await client.leaseClient.leaseKeepAlive({ deadline: Date.now() + tryTimeoutMs });
  const { TTL } = await new Promise<{ readonly TTL: string }>((resolve, reject) => {
    stream.on('data', resolve);
    stream.on('error', reject);
    stream.write({ ID: id });
  });
  stream.end();
  return TTL !== '0';
}

async function revoke(client: Etcd3, id: string): Promise<void> {
  await client.leaseClient.leaseRevoke({ ID: id }).catch((error: unknown) => {
    if (!(error instanceof EtcdLeaseInvalidError)) throw error;
  });
}
