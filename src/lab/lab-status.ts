import { labOf, type Machine } from './lab.ts';
import { checkLabName } from './layout.ts';
import { isRunning } from './machine.ts';
import { tryOnMachine } from './ssh.ts';
import { readLayout } from './stored-layout.ts';

/** The state of a lab and of its machines. */
export interface LabStatus {
  readonly name: string;
  /** `absent`: there is none; `down`: no machine runs; `partial`: some do not answer; `up`: all answer. */
  readonly state: 'absent' | 'down' | 'partial' | 'up';
  readonly machines: readonly MachineStatus[];
}

/** The state of one machine. */
export interface MachineStatus {
  readonly name: string;
  readonly address: string;
  readonly running: boolean;
  /** Whether it answers over SSH. */
  readonly answers: boolean;
}

/**
 * Observes a lab without changing anything.
 *
 * @throws CoreshipError `usage` for a bad name.
 */
export async function labStatus(name: string): Promise<LabStatus> {
  const layout = await readLayout(checkLabName(name));
  if (layout === undefined) return { name, state: 'absent', machines: [] };
  const machines = await Promise.all(labOf(layout).machines.map(statusOf));
  return { name, state: stateOf(machines), machines };
}

async function statusOf(machine: Machine): Promise<MachineStatus> {
  const running = await isRunning(machine);
  const answers = running && (await tryOnMachine(machine, ['true'])).status === 0;
  return { name: machine.name, address: machine.address, running, answers };
}

function stateOf(machines: readonly MachineStatus[]): LabStatus['state'] {
  if (machines.every(({ answers }) => answers)) return 'up';
  return machines.some(({ running }) => running) ? 'partial' : 'down';
}
