import { describe, expect, it } from 'vitest';
import { pollUntil } from '../src/poll.ts';
import { FakeClock } from './fakes/fake-clock.ts';

describe('polling', () => {
  it('ends when the check holds', async () => {
    const answers = [false, false, true];
    const clock = new FakeClock();
    const check = async (): Promise<boolean> => answers.shift() ?? false;
    expect(await pollUntil(check, { timeoutMs: 1_000, everyMs: 200, clock })).toBe(true);
    expect(clock.now()).toBe(400);
  });

  it('is false when the check does not hold in time', async () => {
    const clock = new FakeClock();
    expect(await pollUntil(async () => false, { timeoutMs: 1_000, clock })).toBe(false);
    expect(clock.now()).toBe(1_000);
  });

  it('ends on abort', async () => {
    const polling = pollUntil(async () => false, { timeoutMs: 1_000, signal: AbortSignal.abort() });
    await expect(polling).rejects.toMatchObject({ code: 'interrupted' });
  });
});
