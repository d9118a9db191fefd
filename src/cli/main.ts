import yargs, { type Argv } from 'yargs';
import { CoreshipError } from '../errors.ts';
import { type CommandEntry, commandTable } from './command-table.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Runs one command and resolves with the exit code; the only place where an error is printed. */
export async function main(words: readonly string[], io: Io): Promise<number> {
  let exitCode: number = exitCodes.done;
  const parser = commandTable
    .reduce(
      (built, entry) => addCommand(built, entry, io, (code) => (exitCode = code)),
      baseParser(words, io),
    )
    .completion('completion', 'Print a completion script for bash or zsh')
    .demandCommand(1, 'Say what to do: coreship <command>')
    .strict();
  try {
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    const { printError } = await import('./output/print-error.ts');
    printError(error, io, words.includes('--json'));
    return exitCodeOf(error);
  }
}

function baseParser(words: readonly string[], io: Io): Argv {
  return yargs([...words], io.cwd)
    .scriptName('coreship')
    .usage(
      '$0 <command>\n\nDescribe a service once, review its systemd units in git, and put them on a cluster over SSH.',
    )
    .parserConfiguration({
      'parse-positional-numbers': false,
      'populate--': true,
    })
    .option('cluster', {
      type: 'string',
      describe: 'Cluster to work on',
      default: io.env['CORESHIP_CLUSTER'] ?? 'lab',
      defaultDescription: 'CORESHIP_CLUSTER, else lab',
    })
    .option('project', {
      type: 'string',
      describe: 'Folder of the project',
      default: io.env['CORESHIP_PROJECT'],
      defaultDescription: 'CORESHIP_PROJECT, else the nearest with coreship.yaml',
    })
    .option('json', { type: 'boolean', describe: 'Answer in JSON' })
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
