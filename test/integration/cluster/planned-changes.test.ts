import { describe, expect, it } from 'vitest';
import { plannedChanges } from '../../../bench/faults/planned-changes.ts';
import { expectNoFailure, faultBench, watchers } from '../support/fault-bench.ts';
import { withoutLab } from '../support/test-lab.ts';

describe.skipIf(withoutLab).each(watchers)('what somebody asks for, followed by %s', (watcher) => {
  const { see } = faultBench(watcher);

  it.each(plannedChanges)('costs no request: $title', async (change) => {
    const seen = await see(change);
    expectNoFailure(seen);
    expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
    // An exchange of sidekicks may be over before the list shows it, and that of an only one must be.
    if (!change.name.includes('sidekick')) expect(seen.out, 'the list never showed it').toBeDefined();
  });
});
