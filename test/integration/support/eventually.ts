import { setTimeout as delay } from 'node:timers/promises';

/**
 * Looks again and again until a condition holds. Errors count as not yet. The time is for a busy machine, and no promise
 * of the product: what has to be fast is for the test to say. It looks once more when the time is over, since what held
 * the looks up may have held up nothing else.
 */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  { timeoutMs = 60_000, everyMs = 50 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (let over = false; !over; ) {
    over = performance.now() >= deadline;
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  }
  throw new Error(`never came: ${typeof what === 'string' ? what : what()}`, { cause: last });
}
