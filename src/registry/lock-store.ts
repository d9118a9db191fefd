import type { LockHolder } from './registry.ts';

/**
 * What a lock needs of etcd: a key that one can take, and that dies when it is not refreshed. Every call is safe to
 * repeat, for an answer may be lost. All reject where etcd does not answer.
 */
export interface LockStore {
  /**
   * Takes the key unless somebody has it. Taken, or found to be ours by an earlier try, it lives for a whole
   * `lockTtlSeconds` from the call.
   */
  take(): Promise<TakeOutcome>;
  /** Lets the key live for `lockTtlSeconds` from the call; false where it is not ours any more. */
  refresh(): Promise<boolean>;
  /** Removes the key if it is ours. */
  release(): Promise<void>;
}

/** Whether the key was taken, else what it holds; no value where it was there a moment ago, and is gone. */
export type TakeOutcome = { readonly taken: true } | { readonly taken: false; readonly value?: string };

/** Makes the store of one run's lock. */
export type OpenLockStore = (key: string, holder: LockHolder) => LockStore;
