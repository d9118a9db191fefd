import type { Clock } from '../clock.ts';
import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import type { Lock } from '../registry/registry.ts';
import { type ProbeResult, type WaitWatch, waitUntil } from './wait-until.ts';

/** Milliseconds for an etcd that went away to come back. */
const timeoutMs = 60_000;

/**
 * Before a step: waits until etcd confirms the lock. While etcd is away, the lock may have expired and another run may
 * have taken it; once etcd confirms it, none has.
 * @throws CoreshipError `failed` after a minute, or as soon as etcd refuses
 */
export function waitForLock(lock: Lock, clock: Clock, watch: WaitWatch): Promise<void> {
  return waitUntil(() => Promise.resolve(probeLock(lock)), {
    what: 'the lock confirmed by etcd',
    timeoutMs,
    clock,
    watch,
  });
}

function probeLock(lock: Lock): ProbeResult {
  if (lock.held()) return { done: true };
  const problem = lock.problem();
  if (!(problem instanceof CoreshipError) || problem.code === 'failed') {
    return { done: false, seen: 'etcd does not answer: the lock may have expired' };
  }
  const { message, details, hint } = problem;
  const facts = defined({ cause: problem, details, hint });
  return { failed: new CoreshipError('failed', `the lock may have expired: ${message}`, facts) };
}
