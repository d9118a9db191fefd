import type { LockHolder } from '../../../src/registry/registry.ts';
import { machines, on } from './test-lab.ts';

/** Who holds the tutorial's lock. */
export async function lockHolder(): Promise<LockHolder | undefined> {
  const value = await etcdctl(['get', '--print-value-only', key]);
  return value === '' ? undefined : (JSON.parse(value) as LockHolder);
}

/** Takes the lock away from whoever holds it, as its lease would in the end. */
export async function deleteLock(): Promise<void> {
  await etcdctl(['del', key]);
}

/** Makes somebody hold the lock until it is forgotten. */
export async function holdLock(holder: LockHolder): Promise<void> {
  await etcdctl(['put', key, JSON.stringify(holder)]);
}

const key = '/coreship/tutorial/lock';

async function etcdctl(words: readonly string[]): Promise<string> {
  const [first] = await machines();
  if (!first) throw new Error('a lab without machines');
  return await on(first, ['env', 'ETCDCTL_API=3', 'etcdctl', ...words]);
}
