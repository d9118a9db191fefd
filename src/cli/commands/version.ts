import type { Argv } from 'yargs';
import { type Arguments, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { packageVersion } from '../package-info.ts';

export const options = (yargs: Argv): Argv => yargs;

/** `coreship version`. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const version = packageVersion();
  io.out(
    flag(args, 'json')
      ? `${JSON.stringify({ version: 1, type: 'version', coreship: version })}\n`
      : `${version}\n`,
  );
  return Promise.resolve(exitCodes.done);
}
