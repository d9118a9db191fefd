import { describe, expect, it } from 'vitest';
import { createLimiter, mapLimited } from '../src/limiter.ts';

describe('createLimiter', () => {
  it('runs so many at a time, in order, and all of them', async () => {
    const limit = createLimiter(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4, 5].map((id) =>
        limit(async () => {
          running += 1;
          most = Math.max(most, running);
          order.push(id);
          await Promise.resolve();
          running -= 1;
        }),
      ),
    );
    expect({ most, order }).toEqual({ most: 2, order: [0, 1, 2, 3, 4, 5] });
  });

  it('frees the place of a failed task', async () => {
    const limit = createLimiter(1);
    await expect(limit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limit(() => Promise.resolve('yes'))).toBe('yes');
  });

  it('lets go of a waiting task that is aborted, and of nothing else', async () => {
    const limit = createLimiter(1);
    const abort = new AbortController();
    let finish = () => {};
    const first = limit(() => new Promise<void>((resolve) => (finish = resolve)));
    const second = limit(() => Promise.resolve('second'), abort.signal);
    const third = limit(() => Promise.resolve('third'));
    abort.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    finish();
    expect(await third).toBe('third');
    await first;
  });

  it('keeps the place of an aborted task until it has ended', async () => {
    const limit = createLimiter(1);
    const abort = new AbortController();
    const log: string[] = [];
    let finish = () => {};
    const first = limit(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      log.push('first ended');
    }, abort.signal);
    const second = limit(async () => {
      log.push('second began');
    });
    await Promise.resolve();
    abort.abort(new Error('enough'));
    await new Promise((resolve) => setImmediate(resolve));
    finish();
    await Promise.all([first, second]);
    expect(log).toEqual(['first ended', 'second began']);
  });
});

describe('mapLimited', () => {
  it('keeps the order of the items, however long each takes', async () => {
    const work = async (turns: number) => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      return turns;
    };
    expect(await mapLimited([9, 1, 5], work, 2)).toEqual([9, 1, 5]);
  });
});
