/** Runs tasks, so many at a time and the rest in their turn. */
export type Slots = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Makes `limit` slots. A task whose signal aborts while it waits never starts. */
export function createSlots(limit: number): Slots {
  let free = limit;
  const waiting: (() => void)[] = [];

  const take = (signal?: AbortSignal): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      waiting.push(go);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  };

  const give = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };

  return async (task, signal) => {
    signal?.throwIfAborted();
    await take(signal);
    try {
      return await task();
    } finally {
      give();
    }
  };
}
