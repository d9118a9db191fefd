import type { LabStatus } from '../../lab/lab-status.ts';
import { table } from './table.ts';

/** A lab's state, then a row for each machine. */
export function labStatusText({ name, state, machines }: LabStatus): string {
  const rows = machines.map((machine) => [machine.name, machine.address, stateOf(machine)]);
  return `${name} is ${state}\n${rows.length > 0 ? table([['MACHINE', 'ADDRESS', 'STATE'], ...rows]) : ''}`;
}

function stateOf({ running, answers }: LabStatus['machines'][number]): string {
  if (answers) return 'answers';
  return running ? 'runs, no answer' : 'down';
}
