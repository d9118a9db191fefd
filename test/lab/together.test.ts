import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { together } from '../../src/lab/together.ts';

/** Works until it is told to stop. */
async function endless(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  throw new Error('stopped');
}

describe('works side by side', () => {
  it('all end well', async () => {
    const done: number[] = [];
    const work = (number: number) => async (): Promise<void> => {
      done.push(number);
    };
    await together([work(1), work(2)]);
    expect(done).toEqual([1, 2]);
  });

  it('stop when one fails, whose failure is told', async () => {
    const failing = async (): Promise<void> => Promise.reject(new Error('the first'));
    await expect(together([endless, failing, endless])).rejects.toThrow('the first');
  });

  it('stop when they are told to', async () => {
    const stop = new AbortController();
    const all = expect(together([endless, endless], stop.signal)).rejects.toThrow('stopped');
    stop.abort();
    await all;
  });
});
