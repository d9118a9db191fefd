import { createHash } from 'node:crypto';
import { assertNever, CoreshipError } from '../errors.ts';
import type { UnitEntry, UnitFile, UnitOption } from './unit-file.ts';

/**
 * The text of a unit file: every entry on its own line, comments and empty lines kept. Parsing it gives the same entries.
 * @throws CoreshipError `config` where an entry would be parsed as something else, such as a value with a bare newline,
 *   which would add a second option
 */
export function serialiseUnit(file: UnitFile): string {
  return file.entries.map((entry) => `${entryText(entry)}\n`).join('');
}

/**
 * fleet's canonical text of options: sections in order of first appearance, the options of each in order, one empty line
 * between sections, no comments. Two files with the same canonical text are the same unit.
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
  // A backslash at the end of a value needs a space after it in the file: otherwise it would join the next line, for
  // fleet even where the backslash is escaped.
  return value.endsWith('\\') ? `${name}=${value} ` : `${name}=${value}`;
}

function writable(text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new CoreshipError('config', `cannot be written to a unit file: ${JSON.stringify(text)}`, {
    hint: 'continue a value over lines with a backslash at each line end, or quote it so that newlines become \\n',
  });
}
