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
 * Repeats a check until its result is not false, and resolves with that. The result is false when it still is after the
 * time.
 *
 * @throws CoreshipError `interrupted` on abort; whatever the check throws
 */
export async function pollUntil<T>(
  check: () => Promise<T | false>,
  options: PollOptions,
): Promise<T | false> {
  const { timeoutMs, everyMs = 50, signal, clock = systemClock } = options;
  const end = clock.now() + timeoutMs;
  for (;;) {
    const result = await check();
    if (result !== false) return result;
    if (signal?.aborted) throw new CoreshipError('interrupted', 'interrupted');
    if (clock.now() >= end) return false;
    await clock.sleep(everyMs);
  }
}
