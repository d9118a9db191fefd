import { labDown } from '../../../lab/lab-down.ts';
import { type Arguments, flag } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Io } from '../../io.ts';
import { labProgress } from '../../output/lab-progress.ts';
import { labName, nameOption } from './lab-options.ts';

export const options = nameOption;

/** `coreship lab down`. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const name = labName(args);
  await labDown(name, labProgress(io));
  if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'lab-down', name })}\n`);
  return exitCodes.done;
}
