import type { Problem } from '../errors.ts';
import { byteLength, endsInLoneBackslash, physicalLines } from './lines.ts';
import { logicalValue, type UnitEntry, type UnitFile } from './unit-file.ts';

/** The longest line that systemd reads, in bytes, continuations included. */
const longestLine = 1024 * 1024;

/**
 * Reads a unit file as systemd does (systemd.syntax(7)): a lone `\` at a line's end joins the next line, comment lines in
 * between are skipped (kept here as comments before the option), CR, LF and CRLF all end a line, a BOM is dropped.
 */
export function readSystemdDialect(text: string, file: string): { file: UnitFile; problems: Problem[] } {
  const entries: UnitEntry[] = [];
  const problems: Problem[] = [];
  let section: 'none' | 'open' | 'broken' = 'none';
  let pending: { text: string; line: number } | undefined;

  const report = (rule: string, line: number, column: number, message: string, hint?: string): void => {
    problems.push({ rule, severity: 'error', message, where: { file, line, column }, ...(hint && { hint }) });
  };

  const finish = (raw: string, line: number): void => {
    const joined = logicalValue(raw);
    const column = raw.search(/[^ \t\\\n]/) + 1 || 1;
    if (joined === '') {
      entries.push({ kind: 'blank', line });
    } else if (joined.startsWith('[')) {
      const name = sectionName(joined);
      section = name === undefined ? 'broken' : 'open';
      if (name === undefined) report('bad-section-header', line, column, `not a section header: ${joined}`);
      else entries.push({ kind: 'section', name, line });
    } else if (!joined.includes('=')) {
      const hint =
        'write Name=value, or start a comment with #; to continue the previous line, end it with \\';
      report('missing-equals', line, column, `line without "=": ${shown(joined)}`, hint);
    } else if (joined.startsWith('=')) {
      report('missing-name', line, column, `no option name before "=": ${shown(joined)}`);
    } else if (section === 'none') {
      report('missing-section', line, column, `option before the first [Section]: ${shown(joined)}`);
    } else if (section === 'open') {
      const equals = raw.indexOf('=');
      entries.push({
        kind: 'option',
        name: logicalValue(raw.slice(0, equals)),
        value: writtenValue(raw.slice(equals + 1)),
        line,
      });
    }
  };

  for (const line of physicalLines(text.replace(/^\uFEFF/, ''), /\r\n?|\n\r?/)) {
    if (line.text.includes('\0'))
      report('nul-byte', line.number, line.text.indexOf('\0') + 1, 'NUL byte in a unit file');
    if (/^[ \t]*[#;]/.test(line.text)) {
      entries.push({ kind: 'comment', text: line.text.replace(/^[ \t]+/, ''), line: line.number });
      continue;
    }
    pending = pending
      ? { text: `${pending.text}\n${line.text}`, line: pending.line }
      : { text: line.text, line: line.number };
    if (endsInLoneBackslash(line.text)) continue;
    finishChecked(pending);
    pending = undefined;
  }
  if (pending) finishChecked({ ...pending, text: `${pending.text}\n` });
  return { file: { entries }, problems };

  function finishChecked(logical: { text: string; line: number }): void {
    if (logical.text.length * 3 > longestLine && byteLength(logical.text) > longestLine) {
      report(
        'line-too-long',
        logical.line,
        1,
        `line longer than ${longestLine} bytes, which systemd refuses`,
      );
    } else {
      finish(logical.text, logical.line);
    }
  }
}

/** The name in a section header; undefined where systemd would refuse it. */
function sectionName(header: string): string | undefined {
  return /^\[([^\p{Cc}"'\\\]]+)\]$/u.exec(header)?.[1];
}

/** The value without the whitespace around it. A value that ends with an empty line keeps that newline, as in fleet. */
function writtenValue(raw: string): string {
  const value = raw.replace(/^[ \t\n]+|[ \t\n]+$/g, '');
  return /\\\n[ \t]*$/.test(raw) ? `${value}\n` : value;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
