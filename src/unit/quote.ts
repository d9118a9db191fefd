import { CoreshipError } from '../errors.ts';

/**
 * One word of a command line (`ExecStart=` and similar), written so that systemd passes exactly this string to the program:
 * quoted where needed, with C escapes, `%` as `%%` and `$` as `$$` (systemd.service(5), systemd.syntax(7)).
 * @throws CoreshipError `config` on a NUL, which no program can receive
 */
export function quoteWord(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@%$+=:,./-]+$/.test(escaped) ? escaped : `"${escapeQuoted(escaped, '"')}"`;
}

/** Escapes a text for single or double quotes, so that systemd reads the same text back. */
export function escapeQuoted(text: string, quotes: '"' | "'"): string {
  return text.replace(/[\\"'\p{Cc}]/gu, (char) => {
    if (char === '\0') throw new CoreshipError('config', 'a NUL cannot be part of a command line');
    if (char === '\\') return '\\\\';
    if (char === '"' || char === "'") return char === quotes ? `\\${char}` : char;
    return named[char] ?? (char < '\x80' ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char);
  });
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };
