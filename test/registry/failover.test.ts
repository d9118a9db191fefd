import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFailover } from '../../src/registry/failover.ts';

type Endpoint = 'dead' | 'well' | 'refusing';

/** Milliseconds by which a timer may ring early: Node counts whole ones. */
const early = 0.7;

/** A request at `endpoint` by a client that gives up after `timeoutMs`. */
async function request(endpoint: Endpoint, timeoutMs: number): Promise<string> {
  const takes = { dead: Number.POSITIVE_INFINITY, well: 20, refusing: 1 }[endpoint];
  await new Promise((resolve) => setTimeout(resolve, Math.min(takes, Math.max(0, timeoutMs - early))));
  if (endpoint === 'well' && timeoutMs > takes) return 'yes';
  throw new Error(`no answer from the ${endpoint} one`);
}

/** The outcome of a request, as fast as the clock can be moved. */
async function outcome(answer: Promise<string>): Promise<string> {
  const settled = answer.catch((error: unknown) => String(error));
  await vi.runAllTimersAsync();
  return settled;
}

describe('failover between endpoints', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<{ endpoints: readonly Endpoint[] }>([
    { endpoints: ['dead', 'well'] },
    { endpoints: ['dead', 'dead', 'well'] },
    { endpoints: ['refusing', 'refusing', 'refusing', 'refusing', 'well'] },
    { endpoints: ['dead', 'refusing', 'dead', 'well'] },
  ])('finds one that is well within the same request: $endpoints', async ({ endpoints }) => {
    const atOneOf = withFailover(endpoints, () => false);
    expect(await outcome(atOneOf(request))).toBe('yes');
  });

  it('starts the next request where the last one ran out of time', async () => {
    const atOneOf = withFailover<Endpoint>(['dead', 'dead', 'dead', 'well'], () => false);
    expect(await outcome(atOneOf(request))).toBe('Error: no answer from the dead one');
    expect(await outcome(atOneOf(request))).toBe('yes');
  });

  it('starts with the endpoint that answered last', async () => {
    const atOneOf = withFailover<Endpoint>(['dead', 'well', 'dead'], () => false);
    await outcome(atOneOf(request));
    const tried: Endpoint[] = [];
    await outcome(
      atOneOf((endpoint, timeoutMs) => {
        tried.push(endpoint);
        return request(endpoint, timeoutMs);
      }),
    );
    expect(tried).toEqual(['well']);
  });

  it('ends at once with an error that no other endpoint can avoid', async () => {
    const atOneOf = withFailover<Endpoint>(['refusing', 'well'], (error) =>
      String(error).includes('refusing'),
    );
    expect(await outcome(atOneOf(request))).toBe('Error: no answer from the refusing one');
  });

  it('ends within 6 s', async () => {
    const atOneOf = withFailover<Endpoint>(['dead', 'dead', 'dead'], () => false);
    const from = performance.now();
    expect(await outcome(atOneOf(request))).toMatch(/^Error: no answer/);
    expect(performance.now() - from).toBeLessThanOrEqual(6000);
    expect(performance.now() - from).toBeGreaterThan(5000);
  });
});
