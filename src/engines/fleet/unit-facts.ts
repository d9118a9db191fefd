import { readRules } from '../../placement/read-rules.ts';
import { unitHash } from '../../unit/serialise.ts';
import type { FleetUnit, FleetUnitState } from './api.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether a unit runs on every machine that its rules allow: fleet keeps no machine and no state for it. */
export function isGlobal({ name, options }: FleetUnit): boolean {
  return readRules(options, name).global;
}

/** The ids of a unit's machines: the one fleet chose; for a global unit, every machine that published a state. */
export function machinesOf(unit: FleetUnit, snapshot: Snapshot): readonly string[] {
  if (unit.machineID !== undefined) return [unit.machineID];
  if (!isGlobal(unit)) return [];
  return (snapshot.states.get(unit.name) ?? []).map(({ machineID }) => machineID);
}

/** Whether the file on the machine is the registry's. */
export function hasCurrentFile(unit: FleetUnit, state: FleetUnitState): boolean {
  return state.hash === unitHash(unit.options);
}
