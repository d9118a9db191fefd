import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/placement/read-rules.ts';
import { viewCluster } from '../../src/plan/cluster-view.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Observation, ObservedUnit } from '../../src/plan/observation.ts';
import { parseUnitText } from '../../src/services/parsed-unit.ts';
import { groupUnits } from '../../src/services/unit-groups.ts';
import { nothingObserved } from '../fakes/fake-engine.ts';

const machines = ['m1', 'm2'].map((name) => ({ id: name, name, metadata: { zone: name }, addresses: {} }));
const text = (...rules: readonly string[]): string =>
  ['[Service]', 'ExecStart=/bin/true', '', '[X-Fleet]', ...rules, ''].join('\n');
const running = (name: string, machine: string, unit: string): ObservedUnit => ({
  ...{ name, machine, text: unit, active: 'active', sub: 'running', result: 'success' },
  ...{ mainPid: 0, restarts: 0, reloadNeeded: false, queued: false },
});

/** The plan for services on a cluster that chooses machines itself. */
function plan(desired: Readonly<Record<string, string>>, seen: Partial<Observation>, services = ['web']) {
  const groups = groupUnits(Object.entries(desired).map(([name, unit]) => parseUnitText(name, unit)));
  const observation = { ...nothingObserved, machines, scheduler: 'cluster', ...seen } as const;
  const settings = { api: 'v3', key: 'address' } as const;
  return makePlan({ services, groups }, viewCluster({ observation, services: [], settings, serving: [] }));
}

const lines = ({ changes }: ReturnType<typeof plan>) =>
  changes.map(
    ({ action, unit, machine, steps }) =>
      `${action} ${unit} on ${machine.name}: ${steps.map(({ kind }) => kind).join(' ')}`,
  );

describe('a plan for a cluster that chooses machines itself', () => {
  it('leaves moving to the cluster: what may not stay is replaced where it is', () => {
    const units = [running('web.service', 'm1', text('MachineMetadata=zone=m1'))];
    expect(lines(plan({ 'web.service': text('MachineMetadata=zone=m2') }, { units }))).toEqual([
      'replace web.service on m1: stop install start wait-active',
    ]);
  });

  it('counts the units of others where it predicts machines', () => {
    const rules = readRules([{ section: 'X-Fleet', name: 'Conflicts', value: 'web*' }], 'theirs.service');
    const neighbours = [{ name: 'theirs.service', machine: 'm1', rules }];
    expect(lines(plan({ 'web.service': text() }, { neighbours }))).toEqual([
      'create web.service on m2: install start wait-active',
    ]);
    const everywhere = machines.map(({ id }) => ({ name: `theirs@${id}.service`, machine: id, rules }));
    expect(() => plan({ 'web.service': text() }, { neighbours: everywhere })).toThrow(
      'web.service: no machine fits',
    );
  });

  it('shows how a unit that has no machine differs from what was reviewed', () => {
    const unplaced = [
      { name: 'web.service', text: text('MachineMetadata=zone=moon'), shouldRun: true, reasons: [] },
    ];
    const [change] = plan({ 'web.service': text() }, { unplaced }).changes;
    expect(change).toMatchObject({ action: 'create', reason: 'the cluster stores it but runs it nowhere' });
    expect(change?.files[0]).toMatchObject({
      action: 'change',
      diff: expect.stringContaining('-MachineMetadata=zone=moon'),
    });
  });

  it('removes what is stored without a machine and not desired, and nothing of other services', () => {
    const unplaced = ['web@1.service', 'other@1.service'].map((name) => ({
      name,
      text: text(),
      shouldRun: true,
      reasons: [],
    }));
    expect(lines(plan({}, { unplaced }))).toEqual(['remove web@1.service on no machine: remove']);
  });
});
