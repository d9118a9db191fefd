import { CoreshipError } from '../errors.ts';
import { didYouMean } from '../project/did-you-mean.ts';

/** How far the parser has come in a command line, and what it knows there. */
export interface Scope {
  /** The words that led here: `coreship lab`. */
  readonly path: string;
  /** Names of the commands to choose from; empty once one is chosen. */
  readonly commands: readonly string[];
  /** Names of the options that may be given, without dashes. */
  readonly options: readonly string[];
  /** How the chosen command is called, with its positional arguments. */
  readonly usage?: string;
}

/** Says what is wrong with a command line: the parser's message in our words, with the nearest name that is known. */
export function usageError(message: string, words: readonly string[], scope: Scope): CoreshipError {
  const { path, commands, usage = path } = scope;
  const help = `${path} --help`;
  const fail = (text: string, hint = help): CoreshipError => new CoreshipError('usage', text, { hint });
  const names = /^Unknown arguments?: (?<names>.+)$/s.exec(message)?.groups?.['names']?.split(', ') ?? [];
  const unknown = names.map((name) => ({ name, option: asOption(name, words) }));
  const word = unknown.find(({ option }) => option === undefined)?.name;
  const option = unknown.find((one) => one.option !== undefined)?.option;
  if (word !== undefined && commands.length > 0) {
    const command = [...path.split(' ').slice(1), word].join(' ');
    return fail(`there is no command ${command}`, didYouMean(word, commands));
  }
  if (option !== undefined) {
    const known = scope.options.map((name) => `--${name}`);
    return fail(`there is no option ${option}`, didYouMean(option, known));
  }
  if (word !== undefined) return fail(`unexpected argument ${word}`);
  return fail(message.startsWith('Not enough non-option') ? `an argument is missing: ${usage}` : message);
}

/** The option as it was typed; the parser names it without its dashes. */
function asOption(name: string, words: readonly string[]): string | undefined {
  const end = words.indexOf('--');
  return words
    .slice(0, end < 0 ? undefined : end)
    .map((word) => word.split('=', 1).join(''))
    .find(
      (word) =>
        word === `--${name}` ||
        word === `--no-${name}` ||
        (name.length === 1 && /^-[^-]/.test(word) && word.includes(name)),
    );
}
