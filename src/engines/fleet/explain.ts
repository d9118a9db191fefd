import type { Machine } from '../../placement/machine.ts';
import { place } from '../../placement/place.ts';
import { readRules } from '../../placement/read-rules.ts';
import type { PlacementRules } from '../../placement/rules.ts';
import type { FleetUnit } from './api.ts';
import type { Look } from './look.ts';

/**
 * Why fleet gives a unit no machine, a line a machine, by the rules fleet goes by: its API never says. Empty where
 * the rules allow a machine, and fleet has only not come to it yet.
 */
export function whyNoMachine(name: string, look: Look, machines: readonly Machine[]): readonly string[] {
  const current = new Map<string, readonly string[]>();
  for (const unit of look.units.values()) {
    if (unit.machineID !== undefined) current.set(unit.name, [unit.machineID]);
  }
  const counted = [...look.units.values()].filter(
    (unit) => unit.desiredState !== 'inactive' || unit.name === name,
  );
  const { unplaced } = place({ units: counted.map(toPlaced), machines, current });
  const reasons = unplaced.find(({ unit }) => unit === name)?.reasons ?? [];
  const label = (id: string): string => machines.find((machine) => machine.id === id)?.name ?? id;
  return reasons
    .map(({ machine, reasons: against }) => `not on ${label(machine)}: ${against.join('; ')}`)
    .sort();
}

/** A unit that has a machine is there, whatever its rules would say now. */
function toPlaced(unit: FleetUnit): { name: string; rules: PlacementRules } {
  const { rules } = readRules(unit.options, unit.name);
  if (unit.machineID === undefined) return { name: unit.name, rules };
  return {
    name: unit.name,
    rules: { ...rules, machineId: unit.machineID, machineOf: [], metadata: [], global: false },
  };
}
