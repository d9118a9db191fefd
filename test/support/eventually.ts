import { setTimeout as delay } from 'node:timers/promises';

interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Calls a check until it neither throws nor gives `false`, and gives what it gave: the one way to wait in the tests.
 * The time-out is for a busy machine and no promise of the product: what must be fast, the test asserts itself. After
 * the time-out it checks once more, because what delayed the checks may have delayed nothing else.
 *
 * @throws with what was expected, and the check's last error, after the time-out
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  expected: string | (() => string) = 'the condition',
  { timeoutMs = 60_000, everyMs = 100 }: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (let over = false; !over; ) {
    over = performance.now() >= deadline;
    last = undefined;
    try {
      const result = await check();
      if (result !== false) return result as Exclude<T, false>;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  }
  const what = typeof expected === 'string' ? expected : expected();
  const why = last instanceof Error ? `: ${last.message}` : '';
  throw new Error(`never came: ${what}${why}`, { cause: last });
}
