import { setTimeout as delay } from 'node:timers/promises';
import { CoreshipError } from '../errors.ts';
import { lockHeld, lockTtlSeconds, readHolder } from './lock-holder.ts';
import type { LockStore, OpenLockStore } from './lock-store.ts';
import type { Lock, LockRequest } from './registry.ts';

/** Seconds before its end from which a lock is not relied on: a step may begin right after the question. */
const marginSeconds = 2;

/** Milliseconds between two tries for a lock that somebody else holds, or for an etcd that does not answer. */
const retryMs = 500;

/** Milliseconds between two refreshes: a lock survives several that fail. */
const refreshMs = 3_000;

/**
 * Takes a project's lock and keeps it until it is released, or `closing` is aborted; it dies with this process.
 * While etcd does not answer, taking it is tried until the time is up.
 */
export async function acquireLock(
  open: OpenLockStore,
  request: LockRequest,
  closing: AbortSignal,
): Promise<Lock> {
  const store = open(`/coreship/${request.project}/lock`, request.holder);
  try {
    const since = await takeInTime(store, request);
    return keep(store, since, closing);
  } catch (error) {
    await store.release().catch(() => undefined);
    throw error;
  }
}

/** Resolves with the moment from which the lock lives. */
async function takeInTime(store: LockStore, request: LockRequest): Promise<Moment> {
  const deadline = performance.now() + request.waitMs;
  let toldHolder = false;
  let toldAway = false;
  for (;;) {
    const asked = moment();
    const outcome = await store.take().catch(awayError);
    if ('taken' in outcome && outcome.taken) return asked;
    if (performance.now() >= deadline) {
      throw 'away' in outcome ? outcome.away : lockHeld(readHolder(outcome.value ?? ''), request.waitMs);
    }
    if ('away' in outcome) {
      if (!toldAway) request.onAway?.(outcome.away);
      toldAway = true;
    } else if (outcome.value !== undefined) {
      if (!toldHolder) request.onWait(readHolder(outcome.value));
      toldHolder = true;
    }
    await pause(Math.min(retryMs, Math.max(deadline - performance.now(), 0)), request.signal);
  }
}

/** An etcd that has no leader for a moment must not end a wait; one that refuses will refuse again. */
function awayError(error: unknown): { readonly away: CoreshipError } {
  if (error instanceof CoreshipError && error.code === 'failed') return { away: error };
  throw error;
}

/** What counts is when the last refresh that was confirmed went out: from there on the key lives for its whole time. */
function keep(store: LockStore, since: Moment, closing: AbortSignal): Lock {
  const released = new AbortController();
  const ended = AbortSignal.any([released.signal, closing]);
  let confirmed = since;
  let lost = false;
  let problem: unknown;
  const stayAlive = async (): Promise<void> => {
    while (!ended.aborted && !lost) {
      await delay(problem === undefined ? refreshMs : retryMs, undefined, { signal: ended });
      const asked = moment();
      try {
        lost = !(await store.refresh());
        if (!lost) confirmed = asked;
        problem = undefined;
      } catch (error) {
        problem = error;
      }
    }
  };
  stayAlive().catch(() => undefined);
  return {
    held: () => !lost && !ended.aborted && age(confirmed) < (lockTtlSeconds - marginSeconds) * 1000,
    lost: () => lost || ended.aborted,
    problem: () => problem,
    release: async () => {
      released.abort();
      // A key that cannot be removed dies by itself.
      await store.release().catch(() => undefined);
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

/** Milliseconds since a moment, rather too many than too few. */
function age({ steady, wall }: Moment): number {
  return Math.max(performance.now() - steady, Date.now() - wall);
}

/** @throws CoreshipError `interrupted` as soon as the waiting is given up */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(milliseconds, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
    throw new CoreshipError('interrupted', 'interrupted while waiting for the lock; nothing was changed', {
      cause,
    });
  });
}
