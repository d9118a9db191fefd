import { labReboot } from '../../../lab/machine-control.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { answer } from '../../output/answer.ts';
import { labProgress } from '../../output/lab-progress.ts';
import { labOptions, machinePositional } from './lab-options.ts';

/** `coreship lab reboot`: reboots a machine and waits until it is back. */
export const command = defineCommand({
  options: labOptions,
  positionals: machinePositional,
  run: async ({ name, machine, json }, io) => {
    await labReboot(name, machine, 'orderly', { emit: labProgress(io), signal: io.interrupt });
    answer(io, json, 'lab-reboot', { name, machine }, '');
    return exitCodes.done;
  },
});
