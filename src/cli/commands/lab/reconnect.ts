import { labReconnect } from '../../../lab/machine-control.ts';
import { type Arguments, flag } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Io } from '../../io.ts';
import { labAndMachine, machineOptions } from './lab-options.ts';

export const options = machineOptions;

/** `coreship lab reconnect`. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const { name, machine } = labAndMachine(args);
  await labReconnect(name, machine);
  if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'lab-reconnect', name, machine })}\n`);
  return exitCodes.done;
}
