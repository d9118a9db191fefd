import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { runInParallel } from '../../src/lab/run-in-parallel.ts';

/** Runs until its signal is aborted. */
async function endless(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  throw new Error('stopped');
}

describe('tasks in parallel', () => {
  it('all end', async () => {
    const done: number[] = [];
    const task = (number: number) => async (): Promise<void> => {
      done.push(number);
    };
    await runInParallel([task(1), task(2)]);
    expect(done).toEqual([1, 2]);
  });

  it('stop when one fails, and its failure is thrown', async () => {
    const failing = async (): Promise<void> => Promise.reject(new Error('the first'));
    await expect(runInParallel([endless, failing, endless])).rejects.toThrow('the first');
  });

  it('stop on abort', async () => {
    const stop = new AbortController();
    const all = expect(runInParallel([endless, endless], stop.signal)).rejects.toThrow('stopped');
    stop.abort();
    await all;
  });
});
