import { place } from '../../placement/place.ts';
import { readRules } from '../../placement/read-rules.ts';
import type { Machine } from '../../placement/rules.ts';
import type { Snapshot } from './snapshot.ts';
import { machinesOf } from './unit-facts.ts';

/**
 * Why fleet schedules a unit on no machine, one line for each machine, by fleet's own rules: its API never says. Empty
 * where the rules allow a machine, and fleet has just not scheduled the unit yet.
 */
export function whyUnscheduled(
  name: string,
  snapshot: Snapshot,
  machines: readonly Machine[],
): readonly string[] {
  const counted = [...snapshot.units.values()].filter(
    (unit) => unit.desiredState !== 'inactive' || unit.name === name,
  );
  const current = new Map(
    counted
      .map((unit) => [unit.name, machinesOf(unit, snapshot)] as const)
      .filter(([, ids]) => ids.length > 0),
  );
  const units = counted.map((unit) => ({ name: unit.name, rules: readRules(unit.options, unit.name) }));
  const { unplaced } = place({ units, machines, current, fixed: current });
  const reasons = unplaced.find(({ unit }) => unit === name)?.reasons ?? [];
  const label = (id: string): string => machines.find((machine) => machine.id === id)?.name ?? id;
  return reasons
    .map(({ machine, reasons: against }) => `not on ${label(machine)}: ${against.join('; ')}`)
    .sort();
}
