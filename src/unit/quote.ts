import { CoreshipError } from '../errors.ts';

/**
 * One word for a command line (`ExecStart=` and its kin), written so that systemd hands the program exactly this string:
 * quoted where needed, with C escapes, `%` as `%%` and `$` as `$$` (systemd.service(5), systemd.syntax(7)).
 * @throws CoreshipError `config` on a NUL, which no program can be handed
 */
export function quoteWord(word: string): string {
  return quote(word.replaceAll('%', '%%').replaceAll('$', '$$$$'));
}

/** One `NAME=value` word for `Environment=`. There `$` means nothing (systemd.exec(5)), so it is not doubled. */
export function quoteEnvironment(name: string, value: string): string {
  return quote(`${name}=${value.replaceAll('%', '%%')}`);
}

/** A character inside single or double quotes as systemd reads it back, quotes and backslashes escaped. */
export function escapeQuoted(text: string, quotes: '"' | "'"): string {
  return text.replace(/[\\"'\p{Cc}]/gu, (char) => {
    if (char === '\0') throw new CoreshipError('config', 'a NUL cannot be part of a command line');
    if (char === '\\') return '\\\\';
    if (char === '"' || char === "'") return char === quotes ? `\\${char}` : char;
    return named[char] ?? (char < '\x80' ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char);
  });
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function quote(word: string): string {
  return /^[A-Za-z0-9_@%$+=:,./-]+$/.test(word) ? word : `"${escapeQuoted(word, '"')}"`;
}
