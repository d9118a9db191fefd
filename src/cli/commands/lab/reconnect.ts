import { labReconnect } from '../../../lab/machine-control.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { answer } from '../../output/answer.ts';
import { labOptions, machinePositional } from './lab-options.ts';

/** `coreship lab reconnect`: connects a disconnected machine again. */
export const command = defineCommand({
  options: labOptions,
  positionals: machinePositional,
  run: async ({ name, machine, json }, io) => {
    await labReconnect(name, machine);
    answer(io, json, 'lab-reconnect', { name, machine }, '');
    return exitCodes.done;
  },
});
