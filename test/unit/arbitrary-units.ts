import fc from 'fast-check';
import type { UnitEntry, UnitFile } from '../../src/unit/unit-file.ts';

const oneLine = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('\\', ' ', '=', '[', ']', '#', ';', '"', "'", '%', '$'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  })
  .map((text) => text.replace(/\p{Cc}/gu, ''));

/** A value that one or both parsers read back as it is: trimmed, its lines joined by a lone backslash. */
const value = fc
  .array(
    oneLine.map((line) => line.replace(/\\+$/, '')),
    { maxLength: 4 },
  )
  .map((lines) =>
    lines.filter((line, index) => index === 0 || (/[^\s]/.test(line) && !/^\s*[#;]/.test(line))).join('\\\n'),
  )
  .map((text) => text.replace(/^[\s\uFEFF]+|[\s\uFEFF]+$/g, ''))
  .chain((text) => fc.constantFrom(text, text, text, `${text}\\`, `${text}\\\\`));

const entry: fc.Arbitrary<UnitEntry> = fc.oneof(
  fc.record({ kind: fc.constant('section' as const), name: fc.stringMatching(/^[A-Za-z-]{1,8}$/) }),
  fc.record({
    kind: fc.constant('option' as const),
    name: fc.stringMatching(/^[A-Za-z-]{1,8}$/),
    value,
  }),
  fc.record({
    kind: fc.constant('comment' as const),
    text: fc
      .tuple(fc.constantFrom('#', ';'), oneLine)
      .map(([mark, text]) => mark + text.replace(/[\\\s]+$/, '')),
  }),
  fc.constant({ kind: 'blank' as const }),
);

/** Any unit file whose options are inside sections. */
export const arbitraryUnit: fc.Arbitrary<UnitFile> = fc
  .tuple(
    fc.array(
      entry.filter(({ kind }) => kind === 'comment' || kind === 'blank'),
      { maxLength: 2 },
    ),
    fc.array(entry),
  )
  .map(([head, body]) => ({ entries: [...head, { kind: 'section', name: 'Unit' }, ...body] }));

/** Any text, rich in what the format makes something of. */
export const arbitraryText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\n',
        '\r\n',
        '\r',
        '\\\n',
        '\\',
        '\\\r\n',
        '=',
        ' ',
        '\t',
        '#',
        ';',
        '[A]',
        '[',
        ']',
        'Name=value',
        '\u00A0',
        '\uFEFF',
        'ö',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
