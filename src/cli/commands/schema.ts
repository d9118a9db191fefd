import type { Argv } from 'yargs';
import { jsonSchema } from '../../project/json-schema.ts';
import type { Arguments } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export const options = (yargs: Argv): Argv => yargs;

/** `coreship schema`: what editors check coreship.yaml against. */
export async function run(_args: Arguments, io: Io): Promise<number> {
  io.out(schemaText());
  return Promise.resolve(exitCodes.done);
}

/** The text of schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}
