import { compareText } from '../unit/compare.ts';
import type { Assignment } from './assignment.ts';
import type { Relations } from './relations.ts';
import { searchOrder } from './search-order.ts';

/** How many checks the search may spend on improving its first solution: well under a second. */
const maxChecks = 1_000_000;

/**
 * Assigns a machine to each unassigned unit: as many units as possible, the most constrained first, a unit and its
 * dependents to the same machine. The first solution is greedy. Only where it leaves out a unit that might have run,
 * backtracking improves it, for up to `maxChecks`. The result is in `assignment`.
 * @param preference how strongly a unit prefers a machine, apart from the machine's load
 */
export function search(
  relations: Relations,
  assignment: Assignment,
  unassigned: readonly string[],
  preference: (unit: string, machine: string) => number,
): void {
  const order = searchOrder(relations, assignment, unassigned);
  const chosen: (string | undefined)[] = [];
  const limit = assignment.checks + maxChecks;
  let best: readonly (string | undefined)[] = [];
  let bestCount = -1;

  /** Chooses machines for the units from `index` on; `count` of those before it have one. */
  const chooseFrom = (index: number, count: number): void => {
    if (count + order.length - index <= bestCount) return;
    const unit = order[index];
    if (unit === undefined) {
      best = [...chosen];
      bestCount = count;
      return;
    }
    for (const machine of rankedCandidates(unit)) {
      assignment.assign(unit, machine);
      chosen[index] = machine;
      chooseFrom(index + 1, count + 1);
      assignment.unassign(unit, machine);
      if (bestCount === order.length || (bestCount >= 0 && assignment.checks > limit)) return;
    }
    chosen[index] = undefined;
    chooseFrom(index + 1, count);
  };

  const rankedCandidates = (unit: string): readonly string[] => {
    const candidates = assignment.candidates(unit);
    if (candidates.length < 2) return candidates;
    return candidates
      .map((machine) => ({
        machine,
        dependents: countFittingDependents(relations, assignment, unit, machine),
        preference: preference(unit, machine),
        load: assignment.unitsOn(machine).size,
      }))
      .sort(
        (a, b) =>
          b.dependents - a.dependents ||
          b.preference - a.preference ||
          a.load - b.load ||
          compareText(a.machine, b.machine),
      )
      .map(({ machine }) => machine);
  };

  chooseFrom(0, 0);
  for (const [index, machine] of best.entries()) {
    const unit = order[index];
    if (unit !== undefined && machine !== undefined) assignment.assign(unit, machine);
  }
  assignRemaining(assignment, order, rankedCandidates);
}

/** Assigns what the limited search left out although it may run: otherwise the next placement would differ. */
function assignRemaining(
  assignment: Assignment,
  order: readonly string[],
  rankedCandidates: (unit: string) => readonly string[],
): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (const unit of order) {
      if (assignment.isAssigned(unit)) continue;
      const [machine] = rankedCandidates(unit);
      if (machine === undefined) continue;
      assignment.assign(unit, machine);
      changed = true;
    }
  }
}

/** How many of a unit's dependents, and of their dependents in turn, would fit on a machine together with it. */
function countFittingDependents(
  relations: Relations,
  assignment: Assignment,
  unit: string,
  machine: string,
): number {
  const tried = [unit];
  assignment.assign(unit, machine);
  for (const peer of tried) {
    for (const dependent of relations.dependents(peer)) {
      if (assignment.unitsOn(machine).has(dependent) || !assignment.allows(dependent, machine)) continue;
      assignment.assign(dependent, machine);
      tried.push(dependent);
    }
  }
  for (const one of tried) assignment.unassign(one, machine);
  return tried.length - 1;
}
