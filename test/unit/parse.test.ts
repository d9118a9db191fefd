import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import { type Dialect, parseUnit } from '../../src/unit/parse.ts';
import { optionsOf } from '../../src/unit/unit-file.ts';
import { cpuTime } from '../cpu-time.ts';
import { effectiveValues, valuesOf } from '../support/values-of.ts';

/** The options of a text as `Section.Name=value`. */
function read(text: string, dialect: Dialect = 'systemd'): readonly string[] {
  return optionsOf(parseUnit(text, { dialect })).map(
    ({ section, name, value }) => `${section}.${name}=${value}`,
  );
}

/** The problems of a text as `line:column rule`. */
function problems(text: string, dialect: Dialect = 'systemd'): readonly string[] {
  try {
    parseUnit(text, { dialect });
    return [];
  } catch (error) {
    if (!(error instanceof CoreshipError)) throw error;
    return error.problems.map(({ rule, where }) => `${where?.line}:${where?.column} ${rule}`);
  }
}

interface Case {
  readonly name: string;
  readonly text: string;
  readonly options: readonly string[];
}

const bothWays: readonly Case[] = [
  { name: 'nothing', text: '', options: [] },
  { name: 'spaces around = and value', text: '[A]\n  B  =  c d  \n', options: ['A.B=c d'] },
  { name: 'no newline at the end', text: '[A]\nB=c', options: ['A.B=c'] },
  { name: 'an = in the value', text: '[A]\nB=c=d\n', options: ['A.B=c=d'] },
  {
    name: 'repeats stay, in order',
    text: '[A]\nB=1\nC=2\nB=\nB=3\n',
    options: ['A.B=1', 'A.C=2', 'A.B=', 'A.B=3'],
  },
  { name: 'a section twice', text: '[A]\nB=1\n[C]\nD=2\n[A]\nE=3\n', options: ['A.B=1', 'C.D=2', 'A.E=3'] },
  { name: 'a section without options', text: '[A]\n[B]\nC=1\n', options: ['B.C=1'] },
  { name: 'a # or ; after a value is part of it', text: '[A]\nB=c # d ; e\n', options: ['A.B=c # d ; e'] },
  { name: 'comments and empty lines', text: '# x\n; y\n\n[A]\n # z\n\nB=1\n', options: ['A.B=1'] },
  {
    name: 'a value over lines, as written',
    text: '[A]\nB=c \\\n   d \\\n\te\n',
    options: ['A.B=c \\\n   d \\\n\te'],
  },
  { name: 'a value that starts on the next line', text: '[A]\nB=\\\n  c\n', options: ['A.B=\\\n  c'] },
  {
    name: 'a value that runs out on an empty line',
    text: '[A]\nB=c \\\n\nD=e\n',
    options: ['A.B=c \\\n', 'A.D=e'],
  },
  { name: 'a value that runs out at the end', text: '[A]\nB=c \\\n', options: ['A.B=c \\\n'] },
  { name: 'a header inside a value', text: '[A]\nB=c \\\n[D]\n', options: ['A.B=c \\\n[D]'] },
  { name: 'a BOM', text: '\uFEFF[A]\nB=1\n', options: ['A.B=1'] },
  { name: 'CRLF without continuations', text: '[A]\r\nB=1\r\nC=2\r\n', options: ['A.B=1', 'A.C=2'] },
  { name: 'a name with a space', text: '[A]\nB C=1\n', options: ['A.B C=1'] },
];

describe.each<Dialect>(['systemd', 'fleet'])('%s reads', (dialect) => {
  it.each(bothWays)('$name', ({ text, options }) => {
    expect(read(text, dialect)).toEqual(options);
  });
});

interface Difference {
  readonly name: string;
  readonly text: string;
  readonly systemd: readonly string[];
  readonly fleet: readonly string[];
}

describe('systemd and fleet differ on', () => {
  it.each<Difference>([
    {
      name: 'a comment that ends in a backslash',
      text: '[A]\n# x \\\nB=1\nC=2\n',
      systemd: ['A.B=1', 'A.C=2'],
      fleet: ['A.C=2'],
    },
    {
      name: 'a comment that ends in a backslash and one space',
      text: '[A]\n# x \\ \nB=1\nC=2\n',
      systemd: ['A.B=1', 'A.C=2'],
      fleet: ['A.C=2'],
    },
    {
      name: 'a comment inside a value',
      text: '[A]\nB=c \\\n# x\n  d=e\n',
      systemd: ['A.B=c \\\n  d=e'],
      fleet: ['A.B=c \\\n# x', 'A.d=e'],
    },
    {
      name: 'CRLF inside a value',
      text: '[A]\r\nB=c \\\r\n  d=e\r\n',
      systemd: ['A.B=c \\\n  d=e'],
      fleet: ['A.B=c \\', 'A.d=e'],
    },
    {
      name: 'two backslashes at the end of a line',
      text: '[A]\nB=c\\\\\nD=e\n',
      systemd: ['A.B=c\\\\', 'A.D=e'],
      fleet: ['A.B=c\\\\\nD=e'],
    },
    {
      name: 'a no-break space at the end',
      text: '[A]\nB=c\u00A0\n',
      systemd: ['A.B=c\u00A0'],
      fleet: ['A.B=c'],
    },
  ])('$name', ({ text, systemd, fleet }) => {
    expect({ systemd: read(text, 'systemd'), fleet: read(text, 'fleet') }).toEqual({ systemd, fleet });
  });

  it.each<[name: string, text: string, systemd: readonly string[], fleet: readonly string[]]>([
    ['CRLF and a continuation', '[A]\r\nB=c \\\r\n  d\r\n', [], ['3:3 missing-equals']],
    ['an option before the first section', 'B=1\n[A]\nC=1\n', ['1:1 missing-section'], []],
    [
      'a bracket in text before the first section',
      'foo=[bar]\nB=1\n',
      ['1:1 missing-section', '2:1 missing-section'],
      [],
    ],
    ['garbage after a header', '[A] x\nB=1\n', ['1:1 bad-section-header'], ['1:4 bad-section-header']],
    ['a header without end', '[A\nB=1\n', ['1:1 bad-section-header'], ['1:1 bad-section-header']],
    ['a line without =', '[A]\n  foo\nB=1\n', ['2:3 missing-equals'], ['2:3 missing-equals']],
    ['a last line without =', '[A]\nfoo', ['2:1 missing-equals'], ['2:1 missing-equals']],
    ['a lone CR', '[A]\nB=c\rD=e\n', [], ['2:4 lone-carriage-return']],
    ['no name', '[A]\n=2\n', ['2:1 missing-name'], ['2:1 missing-name']],
    ['a NUL', '[A]\nB=\0\n', ['2:3 nul-byte'], []],
    ['a quote in a header', "[A'B]\nC=1\n", ['1:1 bad-section-header'], []],
    ['a line of 2,047 bytes', `[A]\nB=${'x'.repeat(2045)}\n`, [], []],
    ['a line of 2,048 bytes', `[A]\nB=${'x'.repeat(2046)}\n`, [], ['2:1 line-too-long']],
    ['a line of 2,048 bytes in fewer characters', `[A]\nB=${'ö'.repeat(1023)}\n`, [], ['2:1 line-too-long']],
    [
      'a line over a mebibyte',
      `[A]\nB=${'x'.repeat(1024 * 1024)}\n`,
      ['2:1 line-too-long'],
      ['2:1 line-too-long'],
    ],
    [
      'lines over a mebibyte together',
      `[A]\nB=${`${'x'.repeat(2000)}\\\n`.repeat(600)}\n`,
      ['2:1 line-too-long'],
      [],
    ],
  ])('%s', (_, text, systemd, fleet) => {
    expect({ systemd: problems(text), fleet: problems(text, 'fleet') }).toEqual({ systemd, fleet });
  });
});

describe('parseUnit', () => {
  it('names all problems at once, with file, line and column', () => {
    const text = 'A=1\n[B]\nfoo\n  =1\n[C\nD=2\n';
    expect(() => parseUnit(text, { file: 'a.service' })).toThrow('a.service: 4 problems found');
    expect(problems(text)).toEqual([
      '1:1 missing-section',
      '3:1 missing-equals',
      '4:3 missing-name',
      '5:1 bad-section-header',
    ]);
  });

  it('names a single problem in the message', () => {
    expect(() => parseUnit('[A]\nfoo\n', { file: 'a.service' })).toThrow(
      'a.service:2:1: line without "=": foo',
    );
  });

  it('keeps comments and empty lines; a comment inside a value moves above the option', () => {
    const { entries } = parseUnit('# one\n\n[A]\nB=c \\\n  ; two\n  d\n');
    expect(entries).toEqual([
      { kind: 'comment', text: '# one', line: 1 },
      { kind: 'blank', line: 2 },
      { kind: 'section', name: 'A', line: 3 },
      { kind: 'comment', text: '; two', line: 5 },
      { kind: 'option', name: 'B', value: 'c \\\n  d', line: 4 },
    ]);
  });

  it('reads the file of a pathologist in reasonable time', () => {
    const text = `[A]\n${'B=1 \\\n  2\n'.repeat(20_000)}`;
    const took = cpuTime(() => {
      expect(read(text)).toHaveLength(20_000);
      expect(read(text, 'fleet')).toHaveLength(20_000);
    });
    expect(took).toBeLessThan(3000);
  });
});

describe('values', () => {
  const file = parseUnit('[S]\nE=a\nE=\nE=b \\\n  c\n[T]\nE=other\n[S]\nE=d\nF=1\nF=\n');

  it('are all there, as written', () => {
    expect(valuesOf(file, 'S', 'E')).toEqual(['a', '', 'b \\\n  c', 'd']);
  });

  it('that count are those after the last empty assignment, lines joined', () => {
    expect(effectiveValues(file, 'S', 'E')).toEqual(['b    c', 'd']);
    expect(effectiveValues(file, 'S', 'F')).toEqual([]);
    expect(effectiveValues(file, 'S', 'G')).toEqual([]);
    expect(effectiveValues(file, 'T', 'E')).toEqual(['other']);
  });
});
