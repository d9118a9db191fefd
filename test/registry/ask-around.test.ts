import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAround } from '../../src/registry/ask-around.ts';

type EtcdRoute = 'dead' | 'well' | 'refusing';

/** Milliseconds by which a timer may ring early: Node counts whole ones. */
const early = 0.7;

/** Asks `way`, as a client does that gives up after `timeoutMs`. */
async function question(way: EtcdRoute, timeoutMs: number): Promise<string> {
  const takes = { dead: Number.POSITIVE_INFINITY, well: 20, refusing: 1 }[way];
  await new Promise((resolve) => setTimeout(resolve, Math.min(takes, Math.max(0, timeoutMs - early))));
  if (way === 'well' && timeoutMs > takes) return 'yes';
  throw new Error(`no answer from the ${way} one`);
}

/** What comes of asking, as fast as the clock can be moved. */
async function outcome(asked: Promise<string>): Promise<string> {
  const settled = asked.catch((error: unknown) => String(error));
  await vi.runAllTimersAsync();
  return settled;
}

describe('asking by several ways', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<{ ways: readonly EtcdRoute[] }>([
    { ways: ['dead', 'well'] },
    { ways: ['dead', 'dead', 'well'] },
    { ways: ['refusing', 'refusing', 'refusing', 'refusing', 'well'] },
    { ways: ['dead', 'refusing', 'dead', 'well'] },
  ])('comes to one that is well in the same question: $ways', async ({ ways }) => {
    const ask = askAround(ways, () => false);
    expect(await outcome(ask(question))).toBe('yes');
  });

  it('goes on with the next question where time ended the last', async () => {
    const ask = askAround<EtcdRoute>(['dead', 'dead', 'dead', 'well'], () => false);
    expect(await outcome(ask(question))).toBe('Error: no answer from the dead one');
    expect(await outcome(ask(question))).toBe('yes');
  });

  it('begins with the way that answered last', async () => {
    const ask = askAround<EtcdRoute>(['dead', 'well', 'dead'], () => false);
    await outcome(ask(question));
    const asked: EtcdRoute[] = [];
    await outcome(
      ask((way, timeoutMs) => {
        asked.push(way);
        return question(way, timeoutMs);
      }),
    );
    expect(asked).toEqual(['well']);
  });

  it('ends at once with an error that no other way makes better', async () => {
    const ask = askAround<EtcdRoute>(['refusing', 'well'], (error) => String(error).includes('refusing'));
    expect(await outcome(ask(question))).toBe('Error: no answer from the refusing one');
  });

  it('ends within 6 s', async () => {
    const ask = askAround<EtcdRoute>(['dead', 'dead', 'dead'], () => false);
    const from = performance.now();
    expect(await outcome(ask(question))).toMatch(/^Error: no answer/);
    expect(performance.now() - from).toBeLessThanOrEqual(6000);
    expect(performance.now() - from).toBeGreaterThan(5000);
  });
});
