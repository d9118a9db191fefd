import { CoreshipError } from '../errors.ts';
import { byteLength } from './lines.ts';
import { escapeQuoted } from './quote.ts';
import { fleetLineLimit } from './read-fleet-dialect.ts';

/**
 * A POSIX shell script as one single-quoted word over several lines, for `ExecStart=/bin/sh -c <here>`. Each script line is
 * one physical line with its indentation; `%` and `$` are doubled.
 *
 * systemd joins the lines with a space. A script line that allows this (it ends in `;`, `do`, `then`, `else`, `{`, `&&`,
 * `||`, `|`, or `\`, or opens a `case`) is written unchanged; any other gets a `\n`, so that the script means the same.
 * Empty lines and comment lines are left out. A string or here-document over several lines would gain a space at the start
 * of each line, or lose an empty one: write it with `printf`.
 * @throws CoreshipError `config` where a line would reach fleet's limit of 2,048 bytes, or holds a NUL
 */
export function quoteScript(script: string): string {
  const lines = script.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const written = lines.map((line, index) => physicalLine(line.trimEnd(), index === lines.length - 1));
  const tooLong = written.find((line) => byteLength(line) >= fleetLineLimit);
  if (tooLong !== undefined) {
    throw new CoreshipError(
      'config',
      `script line of ${byteLength(tooLong)} bytes: ${tooLong.trim().slice(0, 60)}...`,
      {
        hint: `fleet refuses lines of ${fleetLineLimit} bytes and more: break the line with a backslash`,
      },
    );
  }
  return `'\\\n${written.join('\n')}`;
}

function physicalLine(line: string, isLast: boolean): string {
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const code = line.slice(indent.length);
  const continued = /(?<!\\)(?:\\\\)*\\$/.test(code);
  const text = escapeQuoted(continued ? code.slice(0, -1).trimEnd() : code, "'")
    // To systemd, a physical line that starts with ; is a comment.
    .replace(/^;/, '\\x3b')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$');
  const end = isLast ? "'" : continued || joinsWithSpace(code) ? ' \\' : '\\n\\';
  return `  ${indent.replaceAll('\t', '  ')}${text}${end}`;
}

/** Whether a space may replace the newline. A `#` may start a comment, which only a newline ends. */
function joinsWithSpace(code: string): boolean {
  if (/(^|\s)#/.test(code)) return false;
  return /(?<!\\)(;|&&|\|)$|(^|[;)]\s*)(do|then|else|\{)$|^case\s.*\sin$/.test(code);
}
