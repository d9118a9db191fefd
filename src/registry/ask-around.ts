import { setTimeout as delay } from 'node:timers/promises';
import { callTimeoutMs, tryTimeoutMs } from './etcd-access.ts';

/** Puts a question by one way after another, each try within `timeoutMs`; it must be safe to repeat. */
export type AskAround<Way> = <Answer>(
  question: (way: Way, timeoutMs: number) => Promise<Answer>,
) => Promise<Answer>;

/** Milliseconds until the ways are tried again after none of them led to an answer. */
const roundPauseMs = 200;

/** A shorter try would say nothing about its way, yet make the next question begin behind it. */
const shortestTryMs = 500;

/**
 * Asks etcd by several ways: what fails by one is asked by the next, for 6 s in all. The way that answered last comes
 * first, so that one that leads nowhere costs time once. Rejects with the last error, or the first that is final: one
 * that no other way will make better.
 */
export function askAround<Way>(ways: readonly Way[], isFinal: (error: unknown) => boolean): AskAround<Way> {
  let current = 0;
  return async (question) => {
    const deadline = performance.now() + callTimeoutMs;
    for (let failures = 1; ; failures++) {
      const at = current;
      const way = ways[at];
      if (way === undefined) throw new Error('there is no way to etcd');
      try {
        return await question(way, Math.min(tryTimeoutMs, deadline - performance.now()));
      } catch (error) {
        if (isFinal(error)) throw error;
        // Questions are asked side by side: another may have found the next way already.
        if (current === at) current = (at + 1) % ways.length;
        const pause = failures % ways.length === 0 ? roundPauseMs : 0;
        if (performance.now() + pause + shortestTryMs > deadline) throw error;
        if (pause > 0) await delay(pause);
      }
    }
  };
}
