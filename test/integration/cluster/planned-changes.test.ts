import { describe, expect, it } from 'vitest';
import { expectNoFailure, faultBench, watchers } from '../../support/faults/fault-bench.ts';
import { plannedChanges } from '../../support/faults/planned-changes.ts';
import { withoutLab } from '../../support/lab/test-lab.ts';

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
