import { compareText } from '../unit/compare.ts';
import type { Assignment } from './assignment.ts';
import type { Relations } from './relations.ts';

/** How many looks at a machine the search may take to improve on the first solution: well under a second. */
const maxChecks = 1_000_000;

/**
 * Chooses a machine for each unit that is on none: as many units as possible, the most constrained first, a unit and those
 * that must be beside it together. The first solution is found greedily; only where it leaves a unit out that might have
 * run is it improved, by going back over the choices, as far as patience goes. Leaves the choice on the board.
 * @param likes how much a unit would like a machine, apart from its load
 */
export function search(
  relations: Relations,
  assignment: Assignment,
  missing: readonly string[],
  preference: (unit: string, machine: string) => number,
): void {
  const order = orderUnits(relations, assignment, missing);
  const chosen: (string | undefined)[] = [];
  const limit = assignment.checks + maxChecks;
  let best: readonly (string | undefined)[] = [];
  let bestCount = -1;

  const visit = (index: number, count: number): void => {
    if (count + order.length - index <= bestCount) return;
    const unit = order[index];
    if (unit === undefined) {
      best = [...chosen];
      bestCount = count;
      return;
    }
    for (const machine of ranked(unit)) {
      assignment.put(unit, machine);
      chosen[index] = machine;
      visit(index + 1, count + 1);
      assignment.take(unit, machine);
      if (bestCount === order.length || (bestCount >= 0 && assignment.checks > limit)) return;
    }
    chosen[index] = undefined;
    visit(index + 1, count);
  };

  const ranked = (unit: string): readonly string[] => {
    const candidates = assignment.candidates(unit);
    if (candidates.length < 2) return candidates;
    return candidates
      .map((machine) => ({
        machine,
        together: followersThatFit(relations, assignment, unit, machine),
        liked: preference(unit, machine),
        load: assignment.on(machine).size,
      }))
      .sort(
        (a, b) =>
          b.together - a.together ||
          b.liked - a.liked ||
          a.load - b.load ||
          compareText(a.machine, b.machine),
      )
      .map(({ machine }) => machine);
  };

  visit(0, 0);
  for (const [index, machine] of best.entries()) {
    const unit = order[index];
    if (unit !== undefined && machine !== undefined) assignment.put(unit, machine);
  }
  fillUp(assignment, order, ranked);
}

/** Puts up what patience left out although it may run, so that nothing is left to do the next time. */
function fillUp(
  assignment: Assignment,
  order: readonly string[],
  ranked: (unit: string) => readonly string[],
): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (const unit of order) {
      if (assignment.machinesOf(unit).length > 0) continue;
      const [machine] = ranked(unit);
      if (machine === undefined) continue;
      assignment.put(unit, machine);
      changed = true;
    }
  }
}

/** How many of the units that must be beside this one would fit beside it on a machine, and theirs in turn. */
function followersThatFit(
  relations: Relations,
  assignment: Assignment,
  unit: string,
  machine: string,
): number {
  const tried = [unit];
  assignment.put(unit, machine);
  for (const leader of tried) {
    for (const follower of relations.followers(leader)) {
      if (assignment.on(machine).has(follower) || !assignment.allows(follower, machine)) continue;
      assignment.put(follower, machine);
      tried.push(follower);
    }
  }
  for (const one of tried) assignment.take(one, machine);
  return tried.length - 1;
}

/** The units that could ever run: those with the fewest machines first, each followed by those that must be beside it. */
function orderUnits(
  relations: Relations,
  assignment: Assignment,
  missing: readonly string[],
): readonly string[] {
  const absent = new Set(missing);
  const possible = new Set<string>();
  const peersOf = (unit: string): readonly string[] => relations.units.get(unit)?.rules.machineOf ?? [];
  for (const unit of relations.units.keys()) {
    if (!absent.has(unit) || relations.eligibleMachines(unit).size === 0) continue;
    if (peersOf(unit).every((peer) => possible.has(peer) || assignment.machinesOf(peer).length > 0))
      possible.add(unit);
  }

  const tightness = new Map<string, number>();
  for (const unit of [...possible].reverse()) {
    const followers = relations
      .followers(unit)
      .map((name) => tightness.get(name) ?? Number.POSITIVE_INFINITY);
    tightness.set(unit, Math.min(relations.eligibleMachines(unit).size, ...followers));
  }
  const leaders = [...possible].filter((unit) => !peersOf(unit).some((peer) => possible.has(peer)));
  leaders.sort(
    (a, b) =>
      (tightness.get(a) ?? 0) - (tightness.get(b) ?? 0) ||
      relations.incompatibleWith(b).size - relations.incompatibleWith(a).size ||
      compareText(a, b),
  );

  const order = new Set<string>();
  const follow = (unit: string): void => {
    order.add(unit);
    for (const follower of relations.followers(unit)) {
      const ready = peersOf(follower).every((peer) => order.has(peer) || !possible.has(peer));
      if (possible.has(follower) && !order.has(follower) && ready) follow(follower);
    }
  };
  for (const unit of leaders) follow(unit);
  return [...order];
}
