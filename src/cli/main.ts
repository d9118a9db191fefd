import { commandTable } from './command-table.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { overview } from './output/overview.ts';

/** Runs one command and resolves with the exit code. The only place where an error is printed. */
export async function main(words: readonly string[], io: Io): Promise<number> {
  const [first = '', ...rest] = words;
  // The overview is what people ask for most, and it needs no parser: loading yargs takes longer than starting node.
  if (rest.length === 0 && ['--help', '-h', 'help'].includes(first)) {
    io.out(overview(commandTable));
    return exitCodes.done;
  }
  try {
    const { parseAndRun } = await import('./parse-and-run.ts');
    return await parseAndRun(['--version', '-V'].includes(first) ? ['version', ...rest] : words, io);
  } catch (error) {
    const { printError } = await import('./output/print-error.ts');
    printError(error, io, words.includes('--json'));
    return exitCodeOf(error);
  }
}
