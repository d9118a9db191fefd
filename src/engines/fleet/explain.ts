import { place } from '../../placement/place.ts';
import { readRules } from '../../placement/read-rules.ts';
import type { Machine } from '../../placement/rules.ts';
import { homesOf, type Look } from './look.ts';

/**
 * Why fleet gives a unit no machine, a line a machine, by the rules fleet goes by: its API never says. Empty where
 * the rules allow a machine, and fleet has only not come to it yet.
 */
export function whyNoMachine(name: string, look: Look, machines: readonly Machine[]): readonly string[] {
  const counted = [...look.units.values()].filter(
    (unit) => unit.desiredState !== 'inactive' || unit.name === name,
  );
  const current = new Map(
    counted.map((unit) => [unit.name, homesOf(unit, look)] as const).filter(([, homes]) => homes.length > 0),
  );
  const units = counted.map((unit) => ({ name: unit.name, rules: readRules(unit.options, unit.name) }));
  const { unplaced } = place({ units, machines, current, fixed: current });
  const reasons = unplaced.find(({ unit }) => unit === name)?.reasons ?? [];
  const label = (id: string): string => machines.find((machine) => machine.id === id)?.name ?? id;
  return reasons
    .map(({ machine, reasons: against }) => `not on ${label(machine)}: ${against.join('; ')}`)
    .sort();
}
