/**
 * Limits how long a piece of work may take, from now on. Work that heeds the signal is cancelled; the result of work that
 * does not is dropped.
 * @throws Error after `milliseconds`, which is rounded up to a whole number of at least 1
 */
export function withTimeout<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const wholeMs = Math.max(1, Math.ceil(milliseconds));
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new Error(`no answer within ${wholeMs / 1000} s`);
      controller.abort(error);
      reject(error);
    }, wholeMs);
    work(controller.signal)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}
