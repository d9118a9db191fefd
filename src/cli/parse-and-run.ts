import yargs, { type Argv } from 'yargs';
import { type Command, type CommandEntry, commandName } from './command.ts';
import { commandTable } from './command-table.ts';
import { exitCodes } from './exit-codes.ts';
import { globalOptions } from './global-options.ts';
import type { Io } from './io.ts';
import { shieldDashes, unshield } from './shield-dashes.ts';
import { type Scope, usageError } from './usage-error.ts';

/** Finds the command that a command line asks for and runs it. @throws CoreshipError `usage` where there is none */
export async function parseAndRun(words: readonly string[], io: Io): Promise<number> {
  const run: Run = { words, io, exitCode: exitCodes.done, scope: scopeOf('coreship', commandTable) };
  await addCommands(baseParser(run), commandTable, run)
    .demandCommand(1, 'say what to do: coreship <command>')
    .strict()
    .parseAsync();
  return run.exitCode;
}

/** One run of the parser: what it reads, and how far it has come. */
interface Run {
  readonly words: readonly string[];
  readonly io: Io;
  exitCode: number;
  scope: Scope;
}

function baseParser(run: Run): Argv {
  const { words, io } = run;
  const { cluster, project, json } = globalOptions;
  return (
    yargs([...shieldDashes(words)], io.cwd)
      .scriptName('coreship')
      // Messages are read below, and all of coreship speaks English.
      .locale('en')
      .parserConfiguration({ 'parse-positional-numbers': false, 'greedy-arrays': false })
      .option('cluster', { ...cluster, default: io.env['CORESHIP_CLUSTER'] ?? 'lab' })
      .option('project', { ...project, default: io.env['CORESHIP_PROJECT'] })
      .option('json', json)
      .group([...Object.keys(globalOptions), 'help'], 'Global options:')
      .version(false)
      .help()
      .alias('help', 'h')
      .exitProcess(false)
      .wrap(100)
      .fail((message: string | null, error: Error | undefined) => {
        throw error ?? usageError(unshield(message ?? 'not a command of coreship'), words, run.scope);
      })
  );
}

function addCommands(parser: Argv, entries: readonly CommandEntry[], run: Run): Argv {
  return entries.reduce((built, entry) => addCommand(built, entry, run), parser);
}

function addCommand(parser: Argv, entry: CommandEntry, run: Run): Argv {
  const { usage, describe } = entry;
  if ('builtIn' in entry) return parser.completion(usage, describe);
  if ('subcommands' in entry) {
    const { subcommands } = entry;
    const path = `coreship ${commandName(entry)}`;
    return parser.command({
      command: commandName(entry),
      describe,
      builder: (built: Argv) => {
        run.scope = scopeOf(path, subcommands);
        const verbs = subcommands.map(commandName).join('|');
        return addCommands(built, subcommands, run).demandCommand(1, `say what to do: ${path} ${verbs}`);
      },
      handler: () => undefined,
    });
  }
  const { load } = entry;
  return parser.command({
    command: usage,
    describe,
    builder: async (built: Argv) => {
      const { command } = await load();
      const path = `${run.scope.path} ${commandName(entry)}`;
      const options = [...Object.keys(globalOptions), ...Object.keys(command.options), 'help'];
      run.scope = { path, commands: [], options, usage: `${run.scope.path} ${usage}` };
      return declare(command, built);
    },
    handler: async (parsed) => {
      const { command } = await load();
      const values = Object.entries(parsed).map(([name, value]) => [name, unshield(value)]);
      run.exitCode = await command.run(Object.fromEntries(values), run.io);
    },
  });
}

function declare({ options, positionals, examples }: Command, parser: Argv): Argv {
  for (const [name, option] of Object.entries(options)) parser.option(name, option);
  for (const [name, { required: _, ...positional }] of Object.entries(positionals))
    parser.positional(name, { type: 'string', ...positional });
  for (const [line, text] of examples) parser.example(line, text);
  return parser;
}

/** What may follow the name of the program or of a group of commands. */
function scopeOf(path: string, entries: readonly CommandEntry[]): Scope {
  return { path, commands: entries.map(commandName), options: [...Object.keys(globalOptions), 'help'] };
}
