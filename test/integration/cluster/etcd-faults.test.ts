import { describe, expect, it } from 'vitest';
import { etcdFaults, etcdOutage } from '../../support/faults/etcd-faults.ts';
import { expectNoFailure, faultBench, watchers } from '../../support/faults/fault-bench.ts';
import { withoutLab } from '../../support/lab/test-lab.ts';

describe.skipIf(withoutLab).each(watchers)('what happens to etcd, followed by %s', (watcher) => {
  const { see, rig } = faultBench(watcher);

  it.each(etcdFaults.filter(({ name }) => name !== 'etcd-outage'))(
    'no request fails and all is well again: $title',
    async (fault) => {
      const seen = await see(fault);
      expectNoFailure(seen);
      expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
      const { victim, other } = await rig();
      const answers = seen.answers.filter(({ answer }) => !answer.startsWith('none'));
      const whole = (answer: string) => answer.includes(victim.value) && answer.includes(other.value);
      expect(answers.filter(({ answer }) => !whole(answer))).toEqual([]);
    },
  );

  it('an outage longer than the leases empties no list, and what happened meanwhile is learnt', async () => {
    const { other } = await rig();
    const seen = await see(etcdOutage(15_000));
    expectNoFailure(seen);
    expect(seen.back, JSON.stringify(seen.answers)).toBeDefined();
    const answers = seen.answers.filter(({ answer }) => answer !== 'none');
    expect(answers.filter(({ answer }) => !answer.includes(other.value))).toEqual([]);
  });
});
