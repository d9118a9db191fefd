import type { UnitGroup } from '../services/unit-groups.ts';
import type { Draft } from './add-steps.ts';
import type { ChangeAction } from './change-actions.ts';
import type { ObservedUnit, UnplacedUnit } from './observation.ts';
import type { BalancerRef, FileChange, MachineRef, Step } from './plan.ts';
import { deregister, type Traffic, waitUntilServed, waitUntilUnserved, withdraw } from './traffic.ts';
import { unifiedDiff } from './unified-diff.ts';
import { isRunning } from './unit-state.ts';

/** One instance on the machine it should be on, beside what was seen of it there. */
export interface InstanceState {
  readonly group: UnitGroup;
  readonly machine: MachineRef;
  /** The observed units of the group on that machine. */
  readonly observed: readonly ObservedUnit[];
  /** Units of the group that the cluster keeps and has given no machine. */
  readonly unplaced: readonly UnplacedUnit[];
  /** Whether registry and load balancers already have it; true where there is nothing to see. */
  readonly served: boolean;
  traffic(running: readonly BalancerRef[]): Traffic;
}

/** What must be done to bring one instance to what the files say; nothing where it is already so. */
export function planInstance(state: InstanceState): Draft | undefined {
  const { group, machine } = state;
  const files = fileChanges(state);
  const verdict = judge(state, files);
  if (!verdict) return undefined;
  const { action, reason } = verdict;
  return {
    change: { action, service: group.service, unit: group.main, machine, reason, files },
    arriving: group,
    steps: (running) => stepsOf(verdict, state, state.traffic(running)),
  };
}

/** Takes an instance away: out of the registry, out of the load balancers, stopped, and only then removed. */
export function planRemoval(state: Omit<InstanceState, 'served' | 'unplaced'>, reason: string): Draft {
  const { group, machine, observed } = state;
  const names = observed.map(({ name }) => name);
  return {
    change: removal(group, machine, observed, reason),
    leaving: group,
    steps: (running) => [
      ...withdraw(machine, sidekicksOf(state), state.traffic(running)),
      { kind: 'stop', machine, units: names, reason },
      { kind: 'remove', machine, units: names, reason },
    ],
  };
}

/** Takes away units that the cluster keeps without a machine: nothing runs, nothing is registered. */
export function planUnplacedRemoval(group: UnitGroup, reason: string): Draft {
  const machine = { id: '', name: 'no machine' };
  const units = group.units.map(({ name }) => name);
  return {
    change: removal(group, machine, group.units, reason),
    steps: () => [{ kind: 'remove', machine, units, reason }],
  };
}

function removal(
  { service, main: unit }: UnitGroup,
  machine: MachineRef,
  units: readonly UnitContent[],
  reason: string,
): Draft['change'] {
  return {
    action: 'remove',
    service,
    unit,
    machine,
    reason,
    files: units.map((one) => removedFile(one, machine)),
  };
}

/** A unit's name, and its text where it is known. */
interface UnitContent {
  readonly name: string;
  readonly text?: string;
}

interface Verdict {
  readonly action: ChangeAction;
  readonly reason: string;
}

function stepsOf({ action, reason }: Verdict, state: InstanceState, traffic: Traffic): readonly Step[] {
  const { group, machine } = state;
  const names = group.units.map(({ name }) => name);
  const install: Step = {
    kind: 'install',
    machine,
    units: group.units.map(toText),
    reason: 'puts the reviewed files there',
  };
  const start: Step = { kind: 'start', machine, units: names, reason };
  const stop: Step = {
    kind: 'stop',
    machine,
    units: [group.main],
    reason: 'systemd reads a new file only for a new start',
  };
  const served = waitUntilServed(machine, names, traffic);
  const anew = [...dropped(state), install, start, ...served];
  switch (action) {
    case 'create':
      return [install, start, ...served];
    case 'refresh':
      return [
        ...deregister(machine, sidekicksOf(state), traffic),
        // The load balancers keep the last one while its sidekick is exchanged.
        ...(traffic.isOnlyBackend ? [] : waitUntilUnserved(traffic)),
        ...anew,
      ];
    case 'replace':
      return [...withdraw(machine, sidekicksOf(state), traffic), stop, ...anew];
    case 'start':
      return [start, ...served];
    default:
      return served;
  }
}

function sidekicksOf({ group, observed }: Pick<InstanceState, 'group' | 'observed'>): readonly string[] {
  return observed.map(({ name }) => name).filter((name) => name !== group.main);
}

function judge(state: InstanceState, files: readonly FileChange[]): Verdict | undefined {
  const { group, observed } = state;
  const main = observed.find(({ name }) => name === group.main);
  if (observed.length === 0) {
    const kept = state.unplaced.length > 0;
    return {
      action: 'create',
      reason: kept ? 'the cluster has it, and runs it nowhere' : 'it is not there yet',
    };
  }
  const changed = files.map(({ unit }) => unit);
  if (!main || changed.includes(group.main)) {
    const running = main && isRunning(main.active);
    return {
      action: 'replace',
      reason: running ? `${group.main} has changed; it is restarted` : `${group.main} has changed`,
    };
  }
  if (main.reloadNeeded && isRunning(main.active)) {
    return {
      action: 'replace',
      reason: `${group.main} runs with an older file than the one on the machine; it is restarted`,
    };
  }
  if (changed.length > 0)
    return { action: 'refresh', reason: `${changed.join(', ')} changed; ${group.main} keeps running` };
  const stopped = observed.filter((unit) => !isRunning(unit.active));
  if (stopped.length > 0) {
    return { action: 'start', reason: stopped.map((unit) => `${unit.name} is ${unit.active}`).join(', ') };
  }
  const pending = observed.filter((unit) => unit.active !== 'active');
  if (pending.length > 0) {
    return {
      action: 'wait',
      reason: pending.map((unit) => `${unit.name} is ${unit.active} (${unit.sub})`).join(', '),
    };
  }
  return state.served ? undefined : { action: 'wait', reason: 'it runs, but it is not served yet' };
}

function fileChanges({ group, machine, observed, unplaced }: InstanceState): readonly FileChange[] {
  const there = new Map([...unplaced, ...observed].map((unit) => [unit.name, unit]));
  const desired = new Set(group.units.map(({ name }) => name));
  const changes = group.units.map(({ name, text }): FileChange => {
    const present = there.get(name)?.text;
    const diff = unifiedDiff(present ?? '', text, labels(name, machine));
    return { unit: name, action: present === undefined ? 'add' : 'change', diff };
  });
  const gone = observed.filter(({ name }) => !desired.has(name));
  return [
    ...changes.filter(({ diff, action }) => diff !== '' || action === 'add'),
    ...gone.map((unit) => removedFile(unit, machine)),
  ];
}

function removedFile({ name, text }: UnitContent, machine: MachineRef): FileChange {
  return { unit: name, action: 'remove', diff: unifiedDiff(text ?? '', '', labels(name, machine)) };
}

/** Removes units that lie on the machine but no longer belong to the instance, such as a dropped sidekick. */
function dropped({ group, machine, observed }: InstanceState): readonly Step[] {
  const names = observed
    .map(({ name }) => name)
    .filter((name) => !group.units.some((unit) => unit.name === name));
  return names.length === 0
    ? []
    : [{ kind: 'remove', machine, units: names, reason: 'no longer part of the instance' }];
}

function toText({ name, text }: { readonly name: string; readonly text: string }): {
  name: string;
  text: string;
} {
  return { name, text };
}

function labels(unit: string, machine: MachineRef): { from: string; to: string } {
  return { from: `${unit} on ${machine.name}`, to: `${unit} in the project` };
}
