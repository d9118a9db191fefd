import { setTimeout as sleep } from 'node:timers/promises';
import { CoreshipError } from '../errors.ts';

/** How long to wait and how often to ask. */
export interface WaitLimits {
  readonly timeoutMs: number;
  /** Milliseconds between two questions. Default 50. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks until the answer is yes. The result is false when it was still no at the end of the time.
 *
 * @throws CoreshipError `interrupted` on abort.
 */
export async function waitUntil(check: () => Promise<boolean>, limits: WaitLimits): Promise<boolean> {
  const end = Date.now() + limits.timeoutMs;
  while (!(await check())) {
    if (limits.signal?.aborted) throw new CoreshipError('interrupted', 'interrupted');
    if (Date.now() >= end) return false;
    await sleep(limits.everyMs ?? 50);
  }
  return true;
}
