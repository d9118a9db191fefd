import { randomUUID } from 'node:crypto';
import type { Etcd2Answer, Etcd2Client, Etcd2Request } from './etcd2-client.ts';
import { lockTtlSeconds } from './lock-holder.ts';
import type { LockStore, TakeOutcome } from './lock-store.ts';
import type { LockHolder } from './registry.ts';

const what = 'take the lock';

/**
 * A lock's key on API v2: created where there is none, with a time to live. Its value holds a token that nobody else
 * has, and everything later is done on the condition that the value is still that one.
 */
export function etcd2LockStore(client: Etcd2Client, key: string, holder: LockHolder): LockStore {
  const value = JSON.stringify({ ...holder, token: randomUUID() });
  const ttl = String(lockTtlSeconds);
  let tried = false;

  const ask = (request: Omit<Etcd2Request, 'key'>): Promise<Etcd2Answer> =>
    client.ask(what, { key, ...request });

  const refresh = async (): Promise<boolean> => {
    // refresh: the time to live alone changes, and nobody who watches is told.
    const { status } = await ask({ method: 'PUT', form: { refresh: 'true', prevValue: value, ttl } });
    return status === 200;
  };

  /** Nothing where there is no such key. */
  const look = async (): Promise<TakeOutcome | undefined> => {
    const { node } = await ask({ method: 'GET', query: { quorum: 'true' } });
    if (!node) return undefined;
    if (node.value !== value) return { taken: false, value: node.value ?? '' };
    return (await refresh()) ? { taken: true } : undefined;
  };

  const take = async (): Promise<TakeOutcome> => {
    const found = await look();
    if (found) return found;
    tried = true;
    const { status } = await ask({ method: 'PUT', form: { prevExist: 'false', value, ttl } });
    if (status === 201) return { taken: true };
    // Somebody was faster, or an answer to this very try was lost.
    return (await look()) ?? { taken: false };
  };

  return {
    take,
    refresh,
    release: async () => {
      if (tried) await ask({ method: 'DELETE', query: { prevValue: value } });
    },
  };
}
