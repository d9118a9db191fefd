import { CoreshipError } from '../errors.ts';
import type { RemoteCommand, Word } from './connection.ts';

/**
 * Quotes words for a POSIX shell, so that it hands them on unchanged. This is the only place where a remote
 * command becomes text: sshd gives that text to the login shell (sshd(8), LOGIN PROCESS).
 *
 * @throws CoreshipError `bug` for a word with a NUL byte, which no program can receive.
 */
export function quoteWords(words: readonly Word[]): string {
  return words.map((word) => quoteWord(typeof word === 'string' ? word : word.secret)).join(' ');
}

/** The command as a person reads it: quoted, with `[redacted]` for each secret, without its standard input. */
export function showCommand(command: RemoteCommand): string {
  return command.words.map((word) => (typeof word === 'string' ? quoteWord(word) : '[redacted]')).join(' ');
}

/** Words which no shell treats specially, in whatever position. */
const plain = /^[A-Za-z0-9_@:,./+-]+$/;

/** Words with a meaning of their own where a command's name stands (bash(1), RESERVED WORDS). */
const reserved = new Set(
  'case coproc do done elif else esac fi for function if in select then time until while'.split(' '),
);

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new CoreshipError('bug', 'a word of a remote command contains a NUL byte');
  if (plain.test(word) && !reserved.has(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
