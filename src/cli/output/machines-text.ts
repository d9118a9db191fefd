import type { ObservedMachine } from '../../plan/observation.ts';
import { table } from './table.ts';

/** A machine with the names of its units. */
export interface MachineRow extends ObservedMachine {
  readonly units: readonly string[];
}

/** The table of `coreship machines`. */
export function machinesText(machines: readonly MachineRow[]): string {
  const rows = machines.map(({ name, id, addresses, units, metadata }) => [
    name,
    id.slice(0, 8),
    addresses.private ?? '-',
    addresses.public ?? '-',
    String(units.length),
    Object.entries(metadata)
      .map(([key, value]) => `${key}=${value}`)
      .join(',') || '-',
  ]);
  return table([['MACHINE', 'ID', 'PRIVATE', 'PUBLIC', 'UNITS', 'METADATA'], ...rows]);
}
