import { labDisconnect } from '../../../lab/machine-control.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { answer } from '../../output/answer.ts';
import { labOptions, machinePositional } from './lab-options.ts';

/** `coreship lab disconnect`: disconnects a machine from the network; it keeps running. */
export const command = defineCommand({
  options: labOptions,
  positionals: machinePositional,
  run: async ({ name, machine, json }, io) => {
    await labDisconnect(name, machine);
    answer(io, json, 'lab-disconnect', { name, machine }, '');
    return exitCodes.done;
  },
});
