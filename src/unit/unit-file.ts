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

/** A unit file: all its entries in order, so that it can be written back. Repetition and order have meaning. */
export interface UnitFile {
  readonly entries: readonly UnitEntry[];
}

/** An option with the line it came from, for problems that link to a place. */
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

/** A value as systemd reads it: each `\` at a line's end becomes a space, together with the newline. */
export function logicalValue(value: string): string {
  return value.replaceAll('\\\n', ' ').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
