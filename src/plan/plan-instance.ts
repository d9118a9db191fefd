import type { UnitGroup } from '../services/unit-groups.ts';
import type { Draft, Instance } from './draft.ts';
import { fileChanges, removedFiles } from './file-changes.ts';
import { judgeInstance } from './judge-instance.ts';
import type { UnplacedUnit } from './observation.ts';

/** Brings one instance to what its files say. Undefined where it already is. */
export function planInstance(
  instance: Instance,
  unplaced: readonly UnplacedUnit[],
  isServed: boolean,
): Draft | undefined {
  const { group, machine } = instance;
  const files = fileChanges(instance, unplaced);
  const verdict = judgeInstance(instance, files, { isUnplaced: unplaced.length > 0, isServed });
  if (!verdict) return undefined;
  const change = { ...verdict, service: group.service, unit: group.main, machine, files };
  return { change, arriving: instance };
}

/** Removes one instance from its machine. */
export function planRemoval(instance: Instance, reason: string): Draft {
  const { group, machine, observed } = instance;
  const files = removedFiles(observed, machine);
  const change = {
    action: 'remove',
    service: group.service,
    unit: group.main,
    machine,
    reason,
    files,
  } as const;
  return { change, leaving: instance };
}

/** Removes units that the cluster stores without a machine: nothing runs, nothing is registered. */
export function planUnplacedRemoval(group: UnitGroup, reason: string): Draft {
  const machine = { id: '', name: 'no machine' };
  const draft = planRemoval({ group, machine, observed: [] }, reason);
  return { ...draft, change: { ...draft.change, files: removedFiles(group.units, machine) } };
}
