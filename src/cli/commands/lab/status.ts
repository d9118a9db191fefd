import { labStatus } from '../../../lab/lab-status.ts';
import { type Arguments, flag } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Io } from '../../io.ts';
import { labStatusText } from '../../output/lab-status-text.ts';
import { labName, nameOption } from './lab-options.ts';

export const options = nameOption;

/** `coreship lab status`; exit code 1 unless every machine answers. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const lab = await labStatus(labName(args));
  if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'lab-status', ...lab })}\n`);
  else io.out(labStatusText(lab));
  return lab.state === 'up' ? exitCodes.done : exitCodes.failed;
}
