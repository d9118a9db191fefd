import type { Problem } from '../errors.ts';
import { byteLength, physicalLines } from './lines.ts';
import type { UnitEntry, UnitFile } from './unit-file.ts';

/** fleet's parser refuses lines of this many bytes or more. */
export const fleetLineLimit = 2048;

/**
 * Reads a unit file as fleet does, misreadings included: a comment that ends in `\` swallows the next line, a comment in a
 * continued value is that value's last line, any `\` at a line's end continues (doubled or not), only LF ends a line, text
 * before the first section is ignored but a `[` in it opens a section. What fleet accepts but nobody can mean is a
 * problem here too: a CR inside a line, an option or section without a name.
 * fleet stops at the first error; this continues with the next line, to report them all.
 */
export function readFleetDialect(text: string, file: string): { file: UnitFile; problems: Problem[] } {
  const entries: UnitEntry[] = [];
  const problems: Problem[] = [...longLines(text, file), ...loneReturns(text, file)];
  const position = positions(text);
  const nameEnd = /[=\r\n]/g;
  let at = 0;
  let inSection = false;

  while (at < text.length) {
    const line = position(at).line;
    const char = text.charAt(at);
    if (char === '[') {
      readSection(line);
    } else if (char === '#' || char === ';') {
      readComment(line);
    } else if (goSpace.test(char)) {
      if (char === '\n' && goTrim(text.slice(text.lastIndexOf('\n', at - 1) + 1, at)) === '')
        entries.push({ kind: 'blank', line });
      at += 1;
    } else if (!inSection) {
      at += 1;
    } else {
      readOption(line);
    }
  }
  return { file: { entries }, problems };

  function readSection(line: number): void {
    const start = at;
    const end = text.indexOf(']', at);
    if (end < 0) {
      report('bad-section-header', start, 'unable to find end of section');
      takeLine();
      return;
    }
    at = end + 1;
    const rest = takeLine();
    if (goTrim(rest) !== '')
      report('bad-section-header', end + 1, `found garbage after section name: ${goTrim(rest)}`);
    const name = text.slice(start + 1, end);
    if (/^\P{Cc}+$/u.test(name)) entries.push({ kind: 'section', name, line });
    else report('bad-section-header', start, 'section name that is empty or continues over lines');
    inSection = true;
  }

  function readOption(line: number): void {
    const start = at;
    nameEnd.lastIndex = at;
    const end = nameEnd.exec(text);
    if (end?.[0] !== '=') {
      const message = end ? 'unexpected newline in an option name' : 'end of file in an option name';
      report('missing-equals', start, `${message}: ${goTrim(takeLine())}`);
      return;
    }
    const name = goTrim(text.slice(start, end.index));
    at = end.index + 1;
    const value = takeValue();
    if (name === '') report('missing-name', start, 'no option name before "="');
    else entries.push({ kind: 'option', name, value, line });
  }

  function takeValue(): string {
    let value = '';
    for (;;) {
      const line = takeLine();
      if (goTrim(line) === '') break;
      value += line;
      if (!line.endsWith('\\')) break;
      value += '\n';
    }
    return value.endsWith('\n') ? `${goTrim(value)}\n` : goTrim(value);
  }

  /** Each line that the comment swallows becomes a separate comment, so that it cannot be read as anything else. */
  function readComment(first: number): void {
    for (let line = first, goesOn = true; goesOn; line += 1) {
      const written = takeLine();
      const kept = written.replace(/[\\\s]+$/, '');
      entries.push({ kind: 'comment', text: /^[#;]/.test(kept) ? kept : `# ${kept}`.trim(), line });
      goesOn = /\\ ?$/.test(written) && at < text.length;
    }
  }

  function takeLine(): string {
    const end = text.indexOf('\n', at);
    const line = end < 0 ? text.slice(at) : text.slice(at, end);
    at = end < 0 ? text.length : end + 1;
    return line;
  }

  function report(rule: string, offset: number, message: string): void {
    problems.push({ rule, severity: 'error', message, where: { file, ...position(offset) } });
  }
}

/** Whitespace as Go defines it, the language of fleet. */
const goSpace = /[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;
const goSpaceAround = new RegExp(`^${goSpace.source}+|${goSpace.source}+$`, 'g');

function goTrim(text: string): string {
  return text.replace(goSpaceAround, '');
}

function longLines(text: string, file: string): Problem[] {
  return physicalLines(text)
    .filter((line) => byteLength(line.text) >= fleetLineLimit)
    .map((line) => ({
      rule: 'line-too-long',
      severity: 'error',
      message: `line of ${byteLength(line.text)} bytes; fleet refuses ${fleetLineLimit} and more`,
      where: { file, line: line.number, column: 1 },
      hint: 'break the value with a backslash at the end of the line',
    }));
}

/** To fleet a CR is a character like any other, to systemd it ends the line: nobody writes that on purpose. */
function loneReturns(text: string, file: string): Problem[] {
  return physicalLines(text).flatMap((line) => {
    const column = line.text.replace(/\r$/, '').indexOf('\r') + 1;
    if (column === 0) return [];
    const where = { file, line: line.number, column };
    return [
      { rule: 'lone-carriage-return', severity: 'error', message: 'carriage return inside a line', where },
    ];
  });
}

/** Line and column of an offset, both counted from 1. */
function positions(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
