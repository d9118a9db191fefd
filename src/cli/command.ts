import type { Argv } from 'yargs';
import type { Io } from './io.ts';

/** What `--help` says about a command: a verb of its own, or a group of them. */
export type CommandEntry = {
  /** Name and positional arguments, in the notation of yargs. */
  readonly usage: string;
  readonly describe: string;
} & (
  | {
      /** Imports the command's module, only when it is called. */
      readonly load: () => Promise<CommandModule>;
    }
  | { readonly subcommands: readonly CommandEntry[] }
);

/** A command's module, loaded when it is called: its options, and what it does. */
export interface CommandModule {
  readonly options: (yargs: Argv) => Argv;
  /** Resolves with the exit code. */
  readonly run: (args: Arguments, io: Io) => Promise<number>;
}

/** The word that calls a command: the first of its usage. */
export function commandName({ usage }: Pick<CommandEntry, 'usage'>): string {
  return usage.split(' ', 1).join('');
}

/** Parsed arguments; word() and its kin read them with the types their declarations gave them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A word, where given. */
export function word(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

/** A list of words; empty where nothing was given. */
export function words(args: Arguments, name: string): readonly string[] {
  const value = args[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** A switch. */
export function flag(args: Arguments, name: string): boolean {
  return args[name] === true;
}
