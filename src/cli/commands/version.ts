import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { answer } from '../output/answer.ts';
import { packageVersion } from '../package-info.ts';

/** `coreship version`. */
export const command = defineCommand({
  run: (args, io) => {
    const version = packageVersion();
    answer(io, args.json, 'version', { coreship: version }, `${version}\n`);
    return Promise.resolve(exitCodes.done);
  },
});
