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
    if (change.name === 'only-sidekick-change') expect(seen.out, 'the list lost it').toBeUndefined();
    else expect(seen.out, 'the list never showed it').toBeDefined();
  });
});
