import {
  type Arguments,
  type NoOptions,
  type NoPositionals,
  type Options,
  type Positionals,
  readValues,
} from './arguments.ts';
import { globalOptions } from './global-options.ts';
import type { Io } from './io.ts';

/** What `--help` says about a command: a verb of its own, or a group of them. */
export type CommandEntry = {
  /** Name and positional arguments, in the notation of yargs. */
  readonly usage: string;
  readonly describe: string;
} & (
  | {
      /** Imports the command's module, only when it is called. */
      readonly load: () => Promise<{ readonly command: Command }>;
    }
  | { readonly subcommands: readonly CommandEntry[] }
  /** The parser answers it itself. */
  | { readonly builtIn: true }
);

/** What a command declares, and what it does with the values. */
export interface CommandDefinition<O extends Options, P extends Positionals> {
  readonly options?: O;
  readonly positionals?: P;
  /** Command lines with what they do; `$0` stands for `coreship`. */
  readonly examples?: readonly (readonly [line: string, text: string])[];
  /** Resolves with the exit code. */
  readonly run: (args: Arguments<O, P>, io: Io) => Promise<number>;
}

/** A command whose arguments are not parsed yet. */
export interface Command {
  readonly options: Options;
  readonly positionals: Positionals;
  readonly examples: readonly (readonly [line: string, text: string])[];
  /** Runs it with what the parser found. */
  readonly run: (parsed: Readonly<Record<string, unknown>>, io: Io) => Promise<number>;
}

/** Makes a command of its declaration; the types of its arguments follow from the options and positionals. */
export function defineCommand<
  const O extends Options = NoOptions,
  const P extends Positionals = NoPositionals,
>(definition: CommandDefinition<O, P>): Command {
  const { options = {}, positionals = {}, examples = [], run } = definition;
  const declarations = { ...globalOptions, ...options, ...positionals };
  return {
    options,
    positionals,
    examples,
    run: (parsed, io) => run(readValues(declarations, parsed) as Arguments<O, P>, io),
  };
}

/** The word that calls a command: the first of its usage. */
export function commandName({ usage }: Pick<CommandEntry, 'usage'>): string {
  return usage.split(' ', 1).join('');
}
