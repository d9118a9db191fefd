/**
 * Keys of etcd that expire by themselves. Nobody but their owner knows their value. Every call is safe to repeat, as an
 * answer may be lost, and rejects where etcd does not answer.
 */
export interface KeyStore {
  /** The value of a key; `undefined` where there is none. */
  get(key: string): Promise<string | undefined>;
  /** Creates a key that lives for `ttlSeconds` from this call. Resolves with false where the key exists. */
  putIfAbsent(key: string, value: string, ttlSeconds: number): Promise<boolean>;
  /**
   * Lets a key live for as long again as it was created for, from this call. Resolves with false where it does not exist
   * or does not hold `value`.
   */
  refresh(key: string, value: string, ttlSeconds: number): Promise<boolean>;
  /** Deletes a key if it holds `value`. */
  delete(key: string, value: string): Promise<void>;
}

/** The keys for one action, which completes "could not ..." in errors. */
export type KeysFor = (action: string) => KeyStore;
