import { describe, expect, it } from 'vitest';
import { askAround } from '../../src/registry/ask-around.ts';

const never = () => false;

describe('askAround', () => {
  it('asks by the next way what fails by one, and stays with the one that answers', async () => {
    const asked: string[] = [];
    const ask = askAround(['a', 'b', 'c'], never);
    const question = (way: string) => {
      asked.push(way);
      return way === 'c' ? Promise.resolve(way) : Promise.reject(new Error(way));
    };
    expect(await ask(question)).toBe('c');
    expect(await ask(question)).toBe('c');
    expect(asked).toEqual(['a', 'b', 'c', 'c']);
  });

  it('does not pass over the way that answers where two questions fail side by side', async () => {
    const asked: string[] = [];
    const ask = askAround(['a', 'b'], never);
    const question = async (way: string) => {
      asked.push(way);
      await Promise.resolve();
      if (way === 'a') throw new Error(way);
      return way;
    };
    expect(await Promise.all([ask(question), ask(question)])).toEqual(['b', 'b']);
    expect(await ask(question)).toBe('b');
    expect(asked).toEqual(['a', 'a', 'b', 'b', 'b']);
  });

  it('asks all again after a while where none answers', async () => {
    const asked: string[] = [];
    const ask = askAround(['a', 'b'], never);
    const question = (way: string) =>
      asked.push(way) > 3 ? Promise.resolve(way) : Promise.reject(new Error(way));
    expect(await ask(question)).toBe('b');
    expect(asked).toEqual(['a', 'b', 'a', 'b']);
  });

  it('asks no more after an error that is final', async () => {
    const asked: string[] = [];
    const ask = askAround(['a', 'b'], (error) => error instanceof RangeError);
    const question = (way: string) => {
      asked.push(way);
      return Promise.reject(new RangeError('no'));
    };
    await expect(ask(question)).rejects.toThrow(RangeError);
    expect(asked).toEqual(['a']);
  });
});
