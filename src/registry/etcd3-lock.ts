import { type Etcd3, EtcdLeaseInvalidError, type Lease } from 'etcd3';
import { tryTimeoutMs } from './etcd-access.ts';
import { lockTtlSeconds } from './lock-holder.ts';
import type { LockStore } from './lock-store.ts';
import type { LockHolder } from './registry.ts';

type Ask = <T>(what: string, question: Promise<T>) => Promise<T>;

/** A lock's key on API v3: created where there is none, on a lease of its own. The key is ours where the lease is. */
export function etcd3LockStore(client: Etcd3, ask: Ask, key: string, holder: LockHolder): LockStore {
  let lease: Lease | undefined;

  const take: LockStore['take'] = async () => {
    const found = await ask('take the lock', client.get(key).exec());
    const [there] = found.kvs;
    if (there) {
      if (there.lease === (await idOf(lease))) return (await refresh()) ? { taken: true } : take();
      return { taken: false, value: there.value.toString() };
    }
    // A lease that an earlier try asked for may be old by now.
    await dropLease();
    lease = client.lease(lockTtlSeconds, { autoKeepAlive: false });
    const put = await ask('take the lock', create(client, key, lease, holder));
    return put.succeeded ? { taken: true } : take();
  };

  const refresh = async (): Promise<boolean> => {
    if (!lease) return false;
    try {
      await ask('keep the lock', lease.keepaliveOnce({ deadline: Date.now() + tryTimeoutMs }));
    } catch (error) {
      if (error instanceof Error && error.cause instanceof EtcdLeaseInvalidError) return false;
      throw error;
    }
    // The lease may live on without the key, where somebody removed it by hand.
    const found = await ask('keep the lock', client.get(key).exec());
    return found.kvs[0]?.lease === (await idOf(lease));
  };

  const dropLease = async (): Promise<void> => {
    if (lease) await ask('give up the lock', lease.revoke());
    lease = undefined;
  };

  return { take, refresh, release: dropLease };
}

/** Nothing where the lease could not be granted: then no key hangs on it. */
async function idOf(lease: Lease | undefined): Promise<string | undefined> {
  return lease?.grant().catch(() => undefined);
}

async function create(client: Etcd3, key: string, lease: Lease, holder: LockHolder) {
  const id = await lease.grant();
  return client
    .if(key, 'Create', '==', 0)
    .then(client.put(key).value(JSON.stringify(holder)).lease(id))
    .commit();
}
