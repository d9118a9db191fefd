import { describe, expect, it } from 'vitest';
import { backendFaults } from '../../support/faults/backend-faults.ts';
import {
  expectFailuresOnlyUntilOut,
  expectNoFailure,
  faultBench,
  margin,
  watchers,
} from '../../support/faults/fault-bench.ts';
import { withoutLab } from '../../support/lab/test-lab.ts';

describe.skipIf(withoutLab).each(watchers)('what happens to a web server, followed by %s', (watcher) => {
  const { see } = faultBench(watcher);
  const unanswered = ['backend-hangs', 'backend-500', 'all-gone'];

  it.each(backendFaults.filter(({ name }) => !unanswered.includes(name)))(
    'no request fails and all is well again: $title',
    async (fault) => {
      const seen = await see(fault);
      expectNoFailure(seen);
      expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
      if (fault.out) expect(seen.out, JSON.stringify(seen.answers)).toBeDefined();
    },
  );

  it.each(backendFaults.filter(({ name }) => ['backend-hangs', 'backend-500'].includes(name)))(
    'requests fail only until it is out of the list, and it comes back: $title',
    async (fault) => {
      expectFailuresOnlyUntilOut(await see(fault));
    },
  );

  it('without any backend there is the 503 page, and the first that is back is served', async () => {
    const [fault] = backendFaults.filter(({ name }) => name === 'all-gone');
    if (!fault) throw new Error('no such fault');
    const { requests, out, back, answers } = await see(fault);
    expect(out, JSON.stringify(answers)).toBeDefined();
    expect(back, JSON.stringify(answers)).toBeDefined();
    const failed = requests.filter(({ why }) => why !== undefined);
    expect(failed.length).toBeGreaterThan(20);
    // What the last backend had in hand when it ended is answered by 502: it may have been carried out.
    const later = failed.filter(({ at }) => at > margin);
    expect(later.filter(({ why }) => !why?.includes('status 503'))).toEqual([]);
    expect(requests.at(-1)).not.toHaveProperty('why');
  });
});
