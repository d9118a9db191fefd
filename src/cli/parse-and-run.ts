import yargs, { type Argv } from 'yargs';
import { CoreshipError } from '../errors.ts';
import { type CommandEntry, commandTable } from './command-table.ts';
import { exitCodes } from './exit-codes.ts';
import { globalOptions } from './global-options.ts';
import type { Io } from './io.ts';

/** Finds the command that the words ask for and runs it. @throws CoreshipError `usage` where they ask for none */
export async function parseAndRun(words: readonly string[], io: Io): Promise<number> {
  let exitCode: number = exitCodes.done;
  const onCode = (code: number): void => {
    exitCode = code;
  };
  await commandTable
    .reduce((parser, entry) => addCommand(parser, entry, io, onCode), baseParser(words, io))
    .completion('completion', false)
    .demandCommand(1, 'say what to do: coreship <command>')
    .strict()
    .parseAsync();
  return exitCode;
}

function baseParser(words: readonly string[], io: Io): Argv {
  const { cluster, project, json } = globalOptions;
  return yargs([...words], io.cwd)
    .scriptName('coreship')
    .parserConfiguration({ 'parse-positional-numbers': false, 'populate--': true })
    .option('cluster', { ...cluster, default: io.env['CORESHIP_CLUSTER'] ?? 'lab' })
    .option('project', { ...project, default: io.env['CORESHIP_PROJECT'] })
    .option('json', json)
    .group(['cluster', 'project', 'json', 'help'], 'Everywhere:')
    .version(false)
    .help()
    .alias('help', 'h')
    .exitProcess(false)
    .wrap(100)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new CoreshipError('usage', message ?? 'unclear', { hint: 'coreship --help' });
    });
}

function addCommand(parser: Argv, entry: CommandEntry, io: Io, onCode: (code: number) => void): Argv {
  return parser.command({
    command: entry.usage,
    describe: entry.describe,
    builder: (async (built: Argv) => (await entry.load()).options(built)) as unknown as (built: Argv) => Argv,
    handler: async (args) => {
      onCode(await (await entry.load()).run(args, io));
    },
  });
}
