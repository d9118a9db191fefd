import { type Clock, systemClock } from './clock.ts';
import { CoreshipError } from './errors.ts';

/** How long to poll and how often. */
export interface PollOptions {
  readonly timeoutMs: number;
  /** Milliseconds between two checks. Default 50. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/**
 * Repeats a check until it holds. The result is false when it still does not hold after the time.
 *
 * @throws CoreshipError `interrupted` on abort; whatever the check throws
 */
export async function pollUntil(check: () => Promise<boolean>, options: PollOptions): Promise<boolean> {
  const { timeoutMs, everyMs = 50, signal, clock = systemClock } = options;
  const end = clock.now() + timeoutMs;
  while (!(await check())) {
    if (signal?.aborted) throw new CoreshipError('interrupted', 'interrupted');
    if (clock.now() >= end) return false;
    await clock.sleep(everyMs);
  }
  return true;
}
