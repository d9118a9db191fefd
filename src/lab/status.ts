import { checkLabName } from './layout.ts';
import { isRunning } from './machine.ts';
import { onMachine } from './ssh.ts';
import { readLayout } from './stored-layout.ts';

/** How a lab is. */
export interface LabStatus {
  readonly name: string;
  /** `absent`: there is none; `down`: no machine runs; `partial`: some do not answer; `up`: all answer. */
  readonly state: 'absent' | 'down' | 'partial' | 'up';
  readonly machines: readonly {
    readonly name: string;
    readonly address: string;
    readonly running: boolean;
    /** Whether it answers over SSH. */
    readonly answers: boolean;
  }[];
}

/** Looks at a lab, changing nothing. */
export async function labStatus(labName: string): Promise<LabStatus> {
  const name = checkLabName(labName);
  const layout = await readLayout(name);
  if (layout === undefined) return { name, state: 'absent', machines: [] };
  const machines = await Promise.all(
    layout.machines.map(async (machine) => {
      const running = await isRunning(layout, machine);
      const answers = running && (await onMachine(name, machine, ['true'])).status === 0;
      return { name: machine.name, address: machine.address, running, answers };
    }),
  );
  return { name, state: stateOf(machines), machines };
}

function stateOf(machines: LabStatus['machines']): LabStatus['state'] {
  if (machines.every((machine) => machine.answers)) return 'up';
  return machines.some((machine) => machine.running) ? 'partial' : 'down';
}
