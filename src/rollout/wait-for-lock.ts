import type { Lock } from '../registry/registry.ts';
import type { Clock } from './ports.ts';
import { type WaitWatch, waitUntil } from './wait-until.ts';

/** Milliseconds for an etcd that went away to come back. */
const timeoutMs = 60_000;

/**
 * Before a step: waits until the lock is held for sure. While etcd is away it may have expired, and somebody else may be
 * at work; where etcd confirms it again, nobody was.
 */
export function waitForLock(lock: Lock, clock: Clock, watch: WaitWatch): Promise<void> {
  const probe = () =>
    Promise.resolve(
      lock.held()
        ? ({ done: true } as const)
        : ({ done: false, seen: 'etcd does not answer: the lock may have expired' } as const),
    );
  return waitUntil(probe, {
    what: 'the lock confirmed by etcd',
    timeoutMs,
    clock,
    watch,
  });
}
