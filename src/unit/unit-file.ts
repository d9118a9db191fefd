/**
 * One assignment of a unit file. The value is kept as written, without the whitespace around it: a value over
 * several lines still holds its `\`, newline and indentation, because fleet's content hash counts them.
 */
export type UnitOption = { readonly section: string; readonly name: string; readonly value: string };

/** A `[Section]` line. The line counts from 1; entries built by a program have none. */
export type SectionEntry = { readonly kind: 'section'; readonly name: string; readonly line?: number };

/** A `Name=value` line; its section is that of the section entry before it. */
export type OptionEntry = {
  readonly kind: 'option';
  readonly name: string;
  readonly value: string;
  readonly line?: number;
};

/** A comment with its `#` or `;`. */
export type CommentEntry = { readonly kind: 'comment'; readonly text: string; readonly line?: number };

/** An empty line. */
export type BlankEntry = { readonly kind: 'blank'; readonly line?: number };

export type UnitEntry = SectionEntry | OptionEntry | CommentEntry | BlankEntry;

/** A unit file: everything in it, in order, so that it can be written back. Repeats and order are meaning. */
export interface UnitFile {
  readonly entries: readonly UnitEntry[];
}

/** An option that knows the line it came from, for problems a person can open. */
export type LocatedOption = UnitOption & { readonly line?: number };

/** All options in order, each with its section. */
export function optionsOf(file: UnitFile): readonly UnitOption[] {
  return locatedOptionsOf(file).map(({ section, name, value }) => ({ section, name, value }));
}

/** All options in order, each with its section and line. */
export function locatedOptionsOf(file: UnitFile): readonly LocatedOption[] {
  const options: LocatedOption[] = [];
  let section = '';
  for (const entry of file.entries) {
    if (entry.kind === 'section') section = entry.name;
    if (entry.kind !== 'option') continue;
    const option = { section, name: entry.name, value: entry.value };
    options.push(entry.line === undefined ? option : { ...option, line: entry.line });
  }
  return options;
}

/** The values assigned to an option, in order, as written: with empty assignments and `\` line breaks. */
export function valuesOf(file: UnitFile, section: string, name: string): readonly string[] {
  return optionsOf(file)
    .filter((option) => option.section === section && option.name === name)
    .map((option) => option.value);
}

/**
 * The values that count for a list option: lines joined, and only what follows the last empty assignment, which
 * resets the list (systemd.syntax(7)). For an option that holds one value, the last of these is the one.
 */
export function effectiveValues(file: UnitFile, section: string, name: string): readonly string[] {
  const values = valuesOf(file, section, name).map(logicalValue);
  return values.slice(values.lastIndexOf('') + 1);
}

/** A value as systemd reads it: each `\` at a line's end, with the newline, is a space. */
export function logicalValue(value: string): string {
  return value.replaceAll('\\\n', ' ').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
