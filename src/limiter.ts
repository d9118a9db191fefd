import PQueue from 'p-queue';

/** Runs tasks, so many at a time; the others wait in order. */
export type Limiter = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/**
 * Lets `concurrency` tasks run at a time. A task whose signal aborts while it waits never starts; one that runs keeps
 * its place until it ends, as it is the task's own business to heed the signal.
 */
export function createLimiter(concurrency: number): Limiter {
  const queue = new PQueue({ concurrency });
  return async (task, signal) => {
    if (!signal) return queue.add(task);
    signal.throwIfAborted();
    // The queue would give up a running task, too, and start the next one in its place.
    const waiting = new AbortController();
    const giveUp = () => waiting.abort(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    const started = () => {
      signal.removeEventListener('abort', giveUp);
      return task();
    };
    return queue.add(started, { signal: waiting.signal });
  };
}

/** Does some work for each item, at most `concurrency` at a time; results keep the order of the items. */
export function mapLimited<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  concurrency = 32,
): Promise<readonly Result[]> {
  const limit = createLimiter(concurrency);
  return Promise.all(items.map((item) => limit(() => work(item))));
}
