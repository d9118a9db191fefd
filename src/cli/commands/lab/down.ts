import { labDown } from '../../../lab/lab-down.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { answer } from '../../output/answer.ts';
import { labProgress } from '../../output/lab-progress.ts';
import { labOptions } from './lab-options.ts';

/** `coreship lab down`: removes the lab. */
export const command = defineCommand({
  options: labOptions,
  run: async ({ name, json }, io) => {
    await labDown(name, labProgress(io));
    answer(io, json, 'lab-down', { name }, '');
    return exitCodes.done;
  },
});
