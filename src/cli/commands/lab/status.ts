import { labStatus } from '../../../lab/lab-status.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { answer } from '../../output/answer.ts';
import { labStatusText } from '../../output/lab-status-text.ts';
import { labOptions } from './lab-options.ts';

/** `coreship lab status`: exits with 1 unless every machine answers. */
export const command = defineCommand({
  options: labOptions,
  run: async ({ name, json }, io) => {
    const lab = await labStatus(name);
    answer(io, json, 'lab-status', lab, labStatusText(lab));
    return lab.state === 'up' ? exitCodes.done : exitCodes.failed;
  },
});
