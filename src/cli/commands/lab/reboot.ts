import { labReboot } from '../../../lab/machine-control.ts';
import { type Arguments, flag } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Io } from '../../io.ts';
import { labProgress } from '../../output/lab-progress.ts';
import { labAndMachine, machineOptions } from './lab-options.ts';

export const options = machineOptions;

/** `coreship lab reboot`. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const { name, machine } = labAndMachine(args);
  await labReboot(name, machine, 'orderly', { emit: labProgress(io), signal: io.interrupt });
  if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'lab-reboot', name, machine })}\n`);
  return exitCodes.done;
}
