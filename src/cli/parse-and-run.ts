import yargs, { type Argv } from 'yargs';
import { CoreshipError } from '../errors.ts';
import { type CommandEntry, commandName } from './command.ts';
import { commandTable } from './command-table.ts';
import { exitCodes } from './exit-codes.ts';
import { globalOptions } from './global-options.ts';
import type { Io } from './io.ts';

/** Finds the command that the words ask for and runs it. @throws CoreshipError `usage` where they ask for none */
export async function parseAndRun(words: readonly string[], io: Io): Promise<number> {
  let exitCode: number = exitCodes.done;
  const onCode = (code: number): void => {
    exitCode = code;
  };
  await addCommands(baseParser(words, io), commandTable, io, onCode)
    .demandCommand(1, 'say what to do: coreship <command>')
    .completion('completion', false)
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

function addCommands(
  parser: Argv,
  entries: readonly CommandEntry[],
  io: Io,
  onCode: (code: number) => void,
): Argv {
  return entries.reduce((built, entry) => addCommand(built, entry, io, onCode), parser);
}

function addCommand(parser: Argv, entry: CommandEntry, io: Io, onCode: (code: number) => void): Argv {
  const { usage, describe } = entry;
  if ('subcommands' in entry) {
    const { subcommands } = entry;
    const verbs = subcommands.map((subcommand) => commandName(subcommand)).join('|');
    const missing = `say what to do: coreship ${commandName(entry)} ${verbs}`;
    const builder = (built: Argv): Argv =>
      addCommands(built, subcommands, io, onCode).demandCommand(1, missing);
    return parser.command({ command: commandName(entry), describe, builder, handler: () => undefined });
  }
  return parser.command({
    command: usage,
    describe,
    builder: (async (built: Argv) => (await entry.load()).options(built)) as unknown as (built: Argv) => Argv,
    handler: async (args) => {
      onCode(await (await entry.load()).run(args, io));
    },
  });
}
