import type { Instance } from './draft.ts';
import type { UnplacedUnit } from './observation.ts';
import type { FileChange, MachineRef } from './plan.ts';
import { unifiedDiff } from './unified-diff.ts';

/** How the files on a machine differ from an instance's; `unplaced` are those that the cluster stores without a machine. */
export function fileChanges(
  { group, machine, observed }: Instance,
  unplaced: readonly UnplacedUnit[],
): readonly FileChange[] {
  const present = new Map([...unplaced, ...observed].map((unit) => [unit.name, unit]));
  const desired = new Set(group.units.map(({ name }) => name));
  const changes = group.units.map(({ name, text }): FileChange => {
    const before = present.get(name)?.text;
    const diff = unifiedDiff(before ?? '', text, labels(name, machine));
    return { unit: name, action: before === undefined ? 'add' : 'change', diff };
  });
  const gone = observed.filter(({ name }) => !desired.has(name));
  return [
    ...changes.filter(({ diff, action }) => diff !== '' || action === 'add'),
    ...removedFiles(gone, machine),
  ];
}

/** The removal of units' files; a unit whose text is not known has an empty diff. */
export function removedFiles(
  units: readonly { readonly name: string; readonly text?: string }[],
  machine: MachineRef,
): readonly FileChange[] {
  return units.map(({ name, text }) => ({
    unit: name,
    action: 'remove',
    diff: unifiedDiff(text ?? '', '', labels(name, machine)),
  }));
}

function labels(unit: string, machine: MachineRef): { readonly from: string; readonly to: string } {
  return { from: `${unit} on ${machine.name}`, to: `${unit} in the project` };
}
