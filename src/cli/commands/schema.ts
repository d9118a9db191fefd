import { schemaText } from '../../project/json-schema.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `coreship schema`: what editors check coreship.yaml against. */
export const command = defineCommand({
  run: (_args, io) => {
    io.out(schemaText());
    return Promise.resolve(exitCodes.done);
  },
});
