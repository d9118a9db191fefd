import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks again and again until a look gives a value. A look that gives a text or throws says why there is none yet.
 * @throws with the last reason once the time is over
 */
export async function until<T extends object>(
  look: () => Promise<T | string>,
  timeoutMs: number,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look().catch(String);
    if (typeof found !== 'string') return found;
    if (Date.now() > end) throw new Error(`not after ${timeoutMs / 1000} s: ${found}`);
    await sleep(100);
  }
}
