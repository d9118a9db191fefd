import { createHash } from 'node:crypto';
import { assertNever, CoreshipError } from '../errors.ts';
import type { UnitEntry, UnitFile, UnitOption } from './unit-file.ts';

/**
 * The text of a unit file: every entry on its own line, comments and empty lines kept. Parsing it gives the same entries.
 * @throws CoreshipError `config` where an entry would not come back as itself, such as a value with a bare newline,
 *   which would smuggle in a second option
 */
export function serialiseUnit(file: UnitFile): string {
  return file.entries.map((entry) => `${entryText(entry)}\n`).join('');
}

/**
 * fleet's canonical text of options: sections in order of first appearance, options in order inside each, one empty line
 * between sections. Comments are not part of it. Two files with the same canonical text are the same unit.
 */
export function canonicalText(options: readonly UnitOption[]): string {
  const sections = new Map<string, string[]>();
  for (const { section, name, value } of options) {
    const lines = sections.get(section) ?? [`[${section}]\n`];
    lines.push(`${name}=${value}\n`);
    sections.set(section, lines);
  }
  return [...sections.values()].map((lines) => lines.join('')).join('\n');
}

/** fleet's identity of a unit: the SHA-1 of its canonical text, in hex. */
export function unitHash(options: readonly UnitOption[]): string {
  return createHash('sha1').update(canonicalText(options)).digest('hex');
}

function entryText(entry: UnitEntry): string {
  switch (entry.kind) {
    case 'section':
      return writable(`[${entry.name}]`, /^\[[^\]\r\n]+\]$/);
    case 'option':
      return optionText(entry.name, entry.value);
    case 'comment':
      return writable(entry.text, /^[#;][^\r\n\0]*$/);
    case 'blank':
      return '';
    default:
      return assertNever(entry);
  }
}

function optionText(name: string, value: string): string {
  writable(name, /^(?![#;[ \t])[^=\r\n\0]*[^= \t\r\n\0]$/);
  writable(value, /^(?![ \t])(?:[^\r\n\0]|(?<=(?<!\\)(?:\\\\)*\\)\n)*$/);
  // A value may end in a backslash only where a space follows it in the file: without one it would join the next line,
  // to fleet also where the backslash is escaped.
  return value.endsWith('\\') ? `${name}=${value} ` : `${name}=${value}`;
}

function writable(text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new CoreshipError('config', `cannot be written to a unit file: ${JSON.stringify(text)}`, {
    hint: 'break a value over lines with a backslash at each line end, or quote it so that newlines become \\n',
  });
}
