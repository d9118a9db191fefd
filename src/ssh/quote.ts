import { CoreshipError } from '../errors.ts';

/**
 * Quotes words for a POSIX shell, so that it passes them on unchanged. This is the only place where a remote command
 * becomes text: sshd gives that text to the login shell (sshd(8), LOGIN PROCESS).
 *
 * @throws CoreshipError `bug` for a word with a NUL byte, which no program can receive.
 */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

/** Words that no shell treats specially, in any position. */
const plain = /^[A-Za-z0-9_@:,./+-]+$/;

/** Words that mean something to the shell in place of a command's name (bash(1), RESERVED WORDS). */
const reserved = new Set(
  'case coproc do done elif else esac fi for function if in select then time until while'.split(' '),
);

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new CoreshipError('bug', 'a word of a remote command contains a NUL byte');
  if (plain.test(word) && !reserved.has(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
