import type { StatusRow } from './status-rows.ts';
import { table } from './table.ts';

/** The table of `coreship status`. */
export function statusText(units: readonly StatusRow[]): string {
  if (units.length === 0) return 'nothing runs\n';
  const rows = units.map((unit) => [
    unit.unit,
    unit.machine,
    unit.active,
    unit.sub,
    unit.registered === null ? '?' : (unit.registered ?? '-'),
    unit.servedBy.join(',') || '-',
  ]);
  return table([['UNIT', 'MACHINE', 'ACTIVE', 'SUB', 'REGISTERED', 'SERVED'], ...rows]);
}

/** What does not fit into the table: problems of load balancers, and why units have no machine. */
export function statusNotes(units: readonly StatusRow[]): string {
  return units
    .flatMap(({ unit, machine, problem, reasons = [] }) => [
      ...(problem === undefined ? [] : [`${unit} on ${machine}: ${problem}`]),
      ...(reasons.length > 0 ? [`${unit} has no machine`, ...reasons.map((reason) => `  ${reason}`)] : []),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
