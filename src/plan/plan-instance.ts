import type { UnitGroup } from '../services/unit-groups.ts';
import { deregister, type Gates, waitUntilServed, withdraw } from './gates.ts';
import type { ObservedUnit, UnplacedUnit } from './observation.ts';
import type { Change, ChangeAction, FileChange, MachineRef, Step } from './plan.ts';
import { unifiedDiff } from './unified-diff.ts';

/** One instance on the machine it should be on, beside what was seen of it there. */
export interface InstanceState {
  readonly group: UnitGroup;
  readonly machine: MachineRef;
  /** The observed units of the group on that machine. */
  readonly observed: readonly ObservedUnit[];
  /** Units of the group that the cluster keeps and has given no machine. */
  readonly unplaced: readonly UnplacedUnit[];
  readonly gates: Gates;
  /** Whether registry and load balancers already have it; true where there is nothing to see. */
  readonly served: boolean;
}

/** What must be done to bring one instance to what the files say; nothing where it is already so. */
export function planInstance(state: InstanceState): Change | undefined {
  const { group, machine, observed, gates } = state;
  const files = fileChanges(state);
  const verdict = judge(state, files);
  if (!verdict) return undefined;
  const names = group.units.map(({ name }) => name);
  const sidekicks = observed.map(({ name }) => name).filter((name) => name !== group.main);
  const { action, reason } = verdict;
  const change = { action, service: group.service, unit: group.main, machine, reason, files };
  const install: Step = {
    kind: 'install',
    machine,
    units: group.units.map(toText),
    reason: 'puts the reviewed files there',
  };
  const start: Step = { kind: 'start', machine, units: names, reason };
  const served = waitUntilServed(machine, names, gates);
  switch (action) {
    case 'create':
      return { ...change, steps: [install, start, ...served] };
    case 'refresh':
      return {
        ...change,
        steps: [...deregister(machine, sidekicks, gates), ...dropped(state), install, start, ...served],
      };
    case 'replace': {
      const stop: Step = {
        kind: 'stop',
        machine,
        units: [group.main],
        reason: 'systemd reads a new file only for a new start',
      };
      return {
        ...change,
        steps: [...withdraw(machine, sidekicks, gates), stop, ...dropped(state), install, start, ...served],
      };
    }
    case 'start':
      return { ...change, steps: [start, ...served] };
    default:
      return { ...change, action: 'wait', steps: served };
  }
}

/** Takes an instance away: out of the registry, out of the load balancers, stopped, and only then removed. */
export function planRemoval(state: Omit<InstanceState, 'served' | 'unplaced'>, reason: string): Change {
  const { group, machine, observed, gates } = state;
  const names = observed.map(({ name }) => name);
  const sidekicks = names.filter((name) => name !== group.main);
  return {
    action: 'remove',
    service: group.service,
    unit: group.main,
    machine,
    reason,
    files: observed.map((unit) => removedFile(unit, machine)),
    steps: [
      ...withdraw(machine, sidekicks, gates),
      { kind: 'stop', machine, units: names, reason },
      { kind: 'remove', machine, units: names, reason },
    ],
  };
}

/** Takes away units that the cluster keeps without a machine: nothing runs, nothing is registered. */
export function planForgetting(group: UnitGroup, reason: string): Change {
  const machine = { id: '', name: 'no machine' };
  return {
    action: 'remove',
    service: group.service,
    unit: group.main,
    machine,
    reason,
    files: group.units.map((unit) => removedFile(unit, machine)),
    steps: [{ kind: 'remove', machine, units: group.units.map(({ name }) => name), reason }],
  };
}

function judge(
  state: InstanceState,
  files: readonly FileChange[],
): { action: ChangeAction; reason: string } | undefined {
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
    const running = main && runs(main);
    return {
      action: 'replace',
      reason: running ? `${group.main} has changed; it is restarted` : `${group.main} has changed`,
    };
  }
  if (main.reloadNeeded && runs(main)) {
    return {
      action: 'replace',
      reason: `${group.main} runs with an older file than the one on the machine; it is restarted`,
    };
  }
  if (changed.length > 0)
    return { action: 'refresh', reason: `${changed.join(', ')} changed; ${group.main} keeps running` };
  const stopped = observed.filter((unit) => !runs(unit));
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
  const wanted = new Set(group.units.map(({ name }) => name));
  const changes = group.units.map(({ name, text }): FileChange => {
    const present = there.get(name)?.text;
    const diff = unifiedDiff(present ?? '', text, labels(name, machine));
    return { unit: name, action: present === undefined ? 'add' : 'change', diff };
  });
  const gone = observed.filter(({ name }) => !wanted.has(name));
  return [
    ...changes.filter(({ diff, action }) => diff !== '' || action === 'add'),
    ...gone.map((unit) => removedFile(unit, machine)),
  ];
}

function removedFile(
  { name, text }: { readonly name: string; readonly text?: string },
  machine: MachineRef,
): FileChange {
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

function runs(unit: ObservedUnit): boolean {
  return ['active', 'activating', 'reloading'].includes(unit.active);
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
