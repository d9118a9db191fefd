import { setTimeout as delay } from 'node:timers/promises';
import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import type { KeysFor } from './key-store.ts';
import { lockHeld, lockTtlSeconds, readHolder } from './lock-holder.ts';
import { type LockKey, lockKey } from './lock-key.ts';
import type { Lock, LockRequest } from './registry.ts';

/** Seconds before its expiry from which a lock is no longer relied on: a step may begin right after the check. */
const marginSeconds = 2;

/** Milliseconds between two tries for a lock that somebody else holds, or at an etcd that does not answer. */
const retryMs = 500;

/** Milliseconds between two refreshes: a lock survives several that fail. */
const refreshMs = 3_000;

/**
 * Takes a project's lock and keeps it until it is released or `closing` is aborted; it expires if this process dies.
 * While etcd does not answer, taking it is retried until the time is up.
 */
export async function acquireLock(
  keysFor: KeysFor,
  request: LockRequest,
  closing: AbortSignal,
): Promise<Lock> {
  const key = lockKey(keysFor, `/coreship/${request.project}/lock`, request.holder);
  try {
    const since = await takeInTime(key, request);
    return keep(key, since, closing);
  } catch (error) {
    await key.release().catch(() => undefined);
    throw error;
  }
}

/** Resolves with the moment from which the lock lives. */
async function takeInTime(key: LockKey, request: LockRequest): Promise<Moment> {
  const deadline = performance.now() + request.waitMs;
  let holderReported = false;
  let outageReported = false;
  for (;;) {
    const sent = moment();
    const outcome = await key.take().catch(asOutage);
    if ('taken' in outcome && outcome.taken) return sent;
    if (performance.now() >= deadline) {
      throw 'outage' in outcome ? outcome.outage : lockHeld(readHolder(outcome.value ?? ''), request.waitMs);
    }
    if ('outage' in outcome) {
      if (!outageReported) request.onAway?.(outcome.outage);
      outageReported = true;
    } else if (outcome.value !== undefined) {
      if (!holderReported) request.onWait(readHolder(outcome.value));
      holderReported = true;
    }
    await pause(Math.min(retryMs, Math.max(deadline - performance.now(), 0)), request.signal);
  }
}

/** An etcd without a leader for a moment must not end the wait. One that refuses will refuse again. */
function asOutage(error: unknown): { readonly outage: CoreshipError } {
  if (error instanceof CoreshipError && error.code === 'failed') return { outage: error };
  throw error;
}

/** The key lives for its whole time from the moment at which the last confirmed refresh was sent. */
function keep(key: LockKey, since: Moment, closing: AbortSignal): Lock {
  const released = new AbortController();
  const ended = AbortSignal.any([released.signal, closing]);
  let confirmed = since;
  let lost = false;
  let problem: unknown;
  const refreshRegularly = async (): Promise<void> => {
    while (!ended.aborted && !lost) {
      await delay(problem === undefined ? refreshMs : retryMs, undefined, { signal: ended });
      const sent = moment();
      try {
        lost = !(await key.refresh());
        if (!lost) confirmed = sent;
        problem = undefined;
      } catch (error) {
        problem = error;
      }
    }
  };
  refreshRegularly().catch(() => undefined);
  return {
    held: () => !lost && !ended.aborted && age(confirmed) < (lockTtlSeconds - marginSeconds) * 1000,
    lost: () => lost || ended.aborted,
    problem: () => problem,
    release: async () => {
      released.abort();
      // A key that cannot be deleted expires by itself.
      await key.release().catch(() => undefined);
    },
  };
}

/** A moment on two clocks: one stands still while the computer sleeps, the other may be set. */
interface Moment {
  readonly steady: number;
  readonly wall: number;
}

function moment(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** Milliseconds since a moment, by the clock that says more. */
function age({ steady, wall }: Moment): number {
  return Math.max(performance.now() - steady, Date.now() - wall);
}

/** @throws CoreshipError `interrupted` as soon as the signal is aborted */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(milliseconds, undefined, defined({ signal })).catch((cause: unknown) => {
    throw new CoreshipError('interrupted', 'interrupted while waiting for the lock; nothing was changed', {
      cause,
    });
  });
}
