import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintUnitText } from '../../src/unit/lint.ts';
import { type Dialect, parseUnit, readUnit } from '../../src/unit/parse.ts';
import { canonicalText, serialiseUnit, unitHash } from '../../src/unit/serialise.ts';
import { optionsOf, type UnitEntry, type UnitFile } from '../../src/unit/unit-file.ts';
import { arbitraryText, arbitraryUnit } from './arbitrary-units.ts';

const dialects: readonly Dialect[] = ['systemd', 'fleet'];

/** A file without its line numbers, which writing may change. */
function bare(file: UnitFile): readonly UnitEntry[] {
  return file.entries.map((entry) => {
    const { line, ...rest } = entry;
    return rest;
  });
}

describe('serialiseUnit', () => {
  it('writes every entry on its line', () => {
    const text =
      '# head\n\n[Unit]\nDescription=A\n; note\nAfter=x.service\n\n[Service]\nExecStart=/bin/echo \\\n  hi\n';
    expect(serialiseUnit(parseUnit(text))).toBe(text);
  });

  it.each(dialects)('is undone by parsing as %s', (dialect) => {
    fc.assert(
      fc.property(arbitraryUnit, (file) => {
        expect(bare(parseUnit(serialiseUnit(file), { dialect }))).toEqual(file.entries);
      }),
      { numRuns: 500 },
    );
  });

  it.each(dialects)('of any text that parses as %s means the same', (dialect) => {
    let parsed = 0;
    fc.assert(
      fc.property(arbitraryText, (text) => {
        const { file, problems } = readUnit(text, 'any', dialect);
        fc.pre(problems.length === 0 && file.entries.length > 0);
        // fleet goes on after an escaped backslash; what it reads there cannot be written so that systemd agrees.
        fc.pre(dialect === 'systemd' || !/(?<!\\)(?:\\\\)+\n/.test(text));
        parsed += 1;
        const again = parseUnit(serialiseUnit(file), { dialect });
        expect(bare(again)).toEqual(bare(file));
        expect(unitHash(optionsOf(again))).toBe(unitHash(optionsOf(file)));
      }),
      { numRuns: 1000, maxSkipsPerRun: 1000 },
    );
    expect(parsed).toBe(1000);
  });

  it('of any text without lint errors is read the same by systemd and fleet', () => {
    fc.assert(
      fc.property(arbitraryText, (body) => {
        const text = `[S]\n${body}`;
        fc.pre(lintUnitText(text, 'any').length === 0);
        expect(canonicalText(optionsOf(parseUnit(text, { dialect: 'fleet' })))).toBe(
          canonicalText(optionsOf(parseUnit(text, { dialect: 'systemd' }))),
        );
      }),
      { numRuns: 500, maxSkipsPerRun: 1000 },
    );
  });

  it.each(dialects)('keeps a value that ends in backslashes from the next line, in %s too', (dialect) => {
    for (const value of ['a\\', 'a\\\\', '\\\\\\']) {
      const entries: readonly UnitEntry[] = [
        { kind: 'section', name: 'A' },
        { kind: 'option', name: 'B', value },
        { kind: 'option', name: 'C', value: '1' },
      ];
      expect(bare(parseUnit(serialiseUnit({ entries }), { dialect }))).toEqual(entries);
    }
  });

  it.each<[name: string, entry: UnitEntry]>([
    [
      'a value with a bare newline',
      { kind: 'option', name: 'Description', value: 'a\nExecStart=/bin/false' },
    ],
    ['a value that starts with a space', { kind: 'option', name: 'Description', value: ' a' }],
    ['a name with =', { kind: 'option', name: 'A=B', value: 'c' }],
    ['an empty name', { kind: 'option', name: '', value: 'c' }],
    ['a name that is a comment', { kind: 'option', name: '#A', value: 'c' }],
    ['a name that is a header', { kind: 'option', name: '[A]', value: 'c' }],
    ['a section with ]', { kind: 'section', name: 'A]' }],
    ['a section with a newline', { kind: 'section', name: 'A\nB' }],
    ['a comment without a mark', { kind: 'comment', text: 'Name=value' }],
    ['a comment with a newline', { kind: 'comment', text: '# a\nName=value' }],
  ])('refuses %s', (_, entry) => {
    const file: UnitFile = { entries: [{ kind: 'section', name: 'Unit' }, entry] };
    expect(() => serialiseUnit(file)).toThrow(/cannot be written to a unit file/);
  });
});

describe('canonicalText', () => {
  it('merges sections in order of first appearance and drops comments', () => {
    const file = parseUnit('# x\n[B]\nC=1\n\n\n[A]\nD=2\n[B]\nE = 3\nC=\n');
    expect(canonicalText(optionsOf(file))).toBe('[B]\nC=1\nE=3\nC=\n\n[A]\nD=2\n');
  });

  it('of no options is empty', () => {
    expect(canonicalText([])).toBe('');
  });

  it('is its own canonical text', () => {
    fc.assert(
      fc.property(arbitraryUnit, (file) => {
        // At a value's ends fleet also drops white space that systemd keeps, such as a no-break space.
        // A backslash there makes fleet's own text mean something else.
        fc.pre(optionsOf(file).every(({ value }) => value === value.trim() && !value.endsWith('\\')));
        const text = canonicalText(optionsOf(file));
        expect(canonicalText(optionsOf(parseUnit(text)))).toBe(text);
        expect(canonicalText(optionsOf(parseUnit(text, { dialect: 'fleet' })))).toBe(text);
      }),
    );
  });
});

describe('unitHash', () => {
  it.each(dialects)('is what a real fleet computed (%s)', (dialect) => {
    const hash = (text: string): string => unitHash(optionsOf(parseUnit(text, { dialect })));
    expect(hash('[Service]\nExecStart=/bin/sleep 100\n')).toBe('1c6fb6f3684bafb0c173d8b8b957ceff031180c1');
    expect(
      hash(
        '[Unit]\nDescription=A\nAfter=x.service\n\n[Service]\nEnvironment=A=1\nEnvironment=B=2\nExecStart=/bin/echo \\\n  hi\nEnvironment=\n',
      ),
    ).toBe('be17498781fb8ac299b6055e208decb549294ced');
  });

  it('does not see comments, empty lines or the spaces around =', () => {
    const one = parseUnit('[Service]\nExecStart=/bin/sleep 100\n');
    const other = parseUnit('# a\n[Service]\n\nExecStart = /bin/sleep 100 \n');
    expect(unitHash(optionsOf(other))).toBe(unitHash(optionsOf(one)));
  });
});
