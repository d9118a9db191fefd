import { compareText } from '../unit/compare.ts';
import type { Assignment } from './assignment.ts';
import type { Relations } from './relations.ts';

/**
 * The unassigned units that could ever run, in the order in which machines are chosen for them: those with the fewest
 * eligible machines first, each followed by its dependents.
 */
export function searchOrder(
  relations: Relations,
  assignment: Assignment,
  unassigned: readonly string[],
): readonly string[] {
  const peersOf = (unit: string): readonly string[] => relations.units.get(unit)?.rules.machineOf ?? [];
  const possible = possibleUnits(relations, assignment, new Set(unassigned), peersOf);
  const freedom = freedomOf(relations, possible);
  const leaders = [...possible].filter((unit) => !peersOf(unit).some((peer) => possible.has(peer)));
  leaders.sort(
    (a, b) =>
      (freedom.get(a) ?? 0) - (freedom.get(b) ?? 0) ||
      relations.incompatibleWith(b).size - relations.incompatibleWith(a).size ||
      compareText(a, b),
  );

  const order = new Set<string>();
  const append = (unit: string): void => {
    order.add(unit);
    for (const dependent of relations.dependents(unit)) {
      const ready = peersOf(dependent).every((peer) => order.has(peer) || !possible.has(peer));
      if (possible.has(dependent) && !order.has(dependent) && ready) append(dependent);
    }
  };
  for (const unit of leaders) append(unit);
  return [...order];
}

/** Units with an eligible machine whose peers are assigned or possible themselves. Peers come first. */
function possibleUnits(
  relations: Relations,
  assignment: Assignment,
  unassigned: ReadonlySet<string>,
  peersOf: (unit: string) => readonly string[],
): ReadonlySet<string> {
  const possible = new Set<string>();
  for (const unit of relations.units.keys()) {
    if (!unassigned.has(unit) || relations.eligibleMachines(unit).size === 0) continue;
    if (peersOf(unit).every((peer) => possible.has(peer) || assignment.isAssigned(peer))) possible.add(unit);
  }
  return possible;
}

/** How many eligible machines each unit has, or the most constrained of its dependents. */
function freedomOf(relations: Relations, possible: ReadonlySet<string>): ReadonlyMap<string, number> {
  const freedom = new Map<string, number>();
  for (const unit of [...possible].reverse()) {
    const dependents = relations
      .dependents(unit)
      .map((name) => freedom.get(name) ?? Number.POSITIVE_INFINITY);
    freedom.set(unit, Math.min(relations.eligibleMachines(unit).size, ...dependents));
  }
  return freedom;
}
