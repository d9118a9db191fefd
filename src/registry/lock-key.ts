import { randomUUID } from 'node:crypto';
import type { KeysFor } from './key-store.ts';
import { lockTtlSeconds } from './lock-holder.ts';
import type { LockHolder } from './registry.ts';

/** A lock's key, as one run takes it, keeps it and gives it up. All calls reject where etcd does not answer. */
export interface LockKey {
  /** Takes the key unless somebody else has it. A key that was taken lives for `lockTtlSeconds` from the call. */
  take(): Promise<TakeOutcome>;
  /** Lets the key live for `lockTtlSeconds` from the call. Resolves with false where it is no longer this run's. */
  refresh(): Promise<boolean>;
  /** Deletes the key if it is this run's. */
  release(): Promise<void>;
}

/** Whether the key was taken. If not, what it holds; no value where it existed a moment ago and no longer does. */
export type TakeOutcome = { readonly taken: true } | { readonly taken: false; readonly value?: string };

/** The key holds the holder and a random token, so that its value says whose it is. */
export function lockKey(keysFor: KeysFor, key: string, holder: LockHolder): LockKey {
  const value = JSON.stringify({ ...holder, token: randomUUID() });
  let tried = false;
  return {
    take: async () => {
      const keys = keysFor('take the lock');
      let found = await keys.get(key);
      if (found === undefined) {
        tried = true;
        if (await keys.putIfAbsent(key, value, lockTtlSeconds)) return { taken: true };
        // Another run was faster, or the answer to this very request was lost.
        found = await keys.get(key);
      }
      if (found === undefined) return { taken: false };
      if (found !== value) return { taken: false, value: found };
      return { taken: await keys.refresh(key, value, lockTtlSeconds) };
    },
    refresh: () => keysFor('keep the lock').refresh(key, value, lockTtlSeconds),
    release: async () => {
      if (tried) await keysFor('release the lock').delete(key, value);
    },
  };
}
