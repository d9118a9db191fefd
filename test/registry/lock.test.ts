import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import type { KeyStore } from '../../src/registry/key-store.ts';
import { acquireLock } from '../../src/registry/lock.ts';
import type { LockRequest } from '../../src/registry/registry.ts';

const key = '/coreship/tutorial/lock';

/** Keys in memory that expire, as etcd's do. */
class FakeKeyStore implements KeyStore {
  readonly keys = new Map<string, { value: string; expires: number }>();
  readonly requests: string[] = [];
  /** Set where no request is answered. */
  outage: CoreshipError | undefined;
  /** How many answers to requests that create a key will be lost. */
  lostAnswers = 0;

  get(name: string): Promise<string | undefined> {
    return this.answer('get', () => this.alive(name));
  }

  putIfAbsent(name: string, value: string, ttlSeconds: number): Promise<boolean> {
    return this.answer('put', () => {
      if (this.alive(name) !== undefined) return false;
      this.keys.set(name, { value, expires: Date.now() + ttlSeconds * 1000 });
      if (this.lostAnswers === 0) return true;
      this.lostAnswers -= 1;
      throw new CoreshipError('failed', 'etcd did not answer');
    });
  }

  refresh(name: string, value: string, ttlSeconds: number): Promise<boolean> {
    return this.answer('refresh', () => {
      if (this.alive(name) !== value) return false;
      this.keys.set(name, { value, expires: Date.now() + ttlSeconds * 1000 });
      return true;
    });
  }

  delete(name: string, value: string): Promise<void> {
    return this.answer('delete', () => {
      if (this.alive(name) === value) this.keys.delete(name);
    });
  }

  private answer<T>(request: string, work: () => T): Promise<T> {
    this.requests.push(request);
    return this.outage ? Promise.reject(this.outage) : Promise.resolve().then(work);
  }

  private alive(name: string): string | undefined {
    const found = this.keys.get(name);
    return found && found.expires > Date.now() ? found.value : undefined;
  }
}

let store: FakeKeyStore;
const closing = new AbortController();
const acquire = (changes: Partial<LockRequest> = {}) =>
  acquireLock(
    () => store,
    {
      project: 'tutorial',
      holder: { who: 'me@here', command: 'scale', pid: 1, since: 'noon' },
      waitMs: 0,
      onWait: () => undefined,
      ...changes,
    },
    closing.signal,
  );

beforeEach(() => {
  store = new FakeKeyStore();
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a lock on a key that expires', () => {
  it('is taken, held, and released', async () => {
    const lock = await acquire();
    expect([lock.held(), lock.lost()]).toEqual([true, false]);
    expect(JSON.parse(store.keys.get(key)?.value ?? '')).toMatchObject({ who: 'me@here', pid: 1 });
    await lock.release();
    expect([lock.held(), lock.lost()]).toEqual([false, true]);
    expect(store.keys.size).toBe(0);
  });

  it('is not given to a second run of the same holder', async () => {
    const lock = await acquire();
    await expect(acquire()).rejects.toMatchObject({
      code: 'lock-held',
      message: 'the lock is held by me@here: scale (process 1, since noon)',
    });
    await lock.release();
    await expect(acquire()).resolves.toBeDefined();
  });

  it('is recognised where the answer to its creation was lost', async () => {
    store.lostAnswers = 1;
    const reported: string[] = [];
    const lock = await acquire({ waitMs: 5_000, onAway: ({ message }) => reported.push(message) });
    expect(lock.held()).toBe(true);
    expect(reported).toEqual(['etcd did not answer']);
    expect(store.requests).toEqual(['get', 'put', 'get', 'refresh']);
    await lock.release();
  });

  it('deletes nothing where it was never tried to be created', async () => {
    store.keys.set(key, { value: 'theirs', expires: Number.POSITIVE_INFINITY });
    await expect(acquire()).rejects.toMatchObject({ code: 'lock-held' });
    expect(store.requests).toEqual(['get']);
  });

  it('is no longer sure of itself two seconds before it expires', async () => {
    const lock = await acquire();
    vi.setSystemTime(Date.now() + 12_900);
    expect(lock.held()).toBe(true);
    vi.setSystemTime(Date.now() + 200);
    expect([lock.held(), lock.lost()]).toEqual([false, false]);
    await lock.release();
  });

  it('fails at once where etcd refuses it', async () => {
    store.outage = new CoreshipError('config', 'etcd refused: could not take the lock');
    await expect(acquire({ waitMs: 30_000 })).rejects.toBe(store.outage);
  });
});
