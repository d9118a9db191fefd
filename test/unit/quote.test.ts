import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../src/unit/parse.ts';
import { quoteWord } from '../../src/unit/quote.ts';
import { serialiseUnit } from '../../src/unit/serialise.ts';
import { splitWords } from '../support/split-words.ts';
import { valuesOf } from '../support/values-of.ts';

const anyWord = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'\\"\'$% \n\t;#a{}x41'.split('')) }),
  )
  .map((text) => text.replaceAll('\0', ''));

/** What systemd does to a word once it is split: specifiers, then variables. */
function handedOver(word: string | undefined): string | undefined {
  return word?.replaceAll('%%', '%').replaceAll('$$', '$');
}

/** The words as they come out of a unit file that was written and read. */
function throughFile(value: string): readonly string[] {
  const text = serialiseUnit({
    entries: [
      { kind: 'section', name: 'Service' },
      { kind: 'option', name: 'ExecStart', value },
    ],
  });
  const [read = ''] = valuesOf(parseUnit(text), 'Service', 'ExecStart');
  expect(valuesOf(parseUnit(text, { dialect: 'fleet' }), 'Service', 'ExecStart')).toEqual([read]);
  return splitWords(read);
}

describe('quoteWord', () => {
  it.each([
    ['plain', '/usr/bin/docker', '/usr/bin/docker'],
    ['nothing', '', '""'],
    ['a space', 'a b', '"a b"'],
    ['quotes', `a"b'c`, `"a\\"b'c"`],
    ['a backslash', 'a\\b', '"a\\\\b"'],
    ['a variable', '$HOME', '$$HOME'],
    ['a specifier', '50%', '50%%'],
    ['a semicolon alone', ';', '";"'],
    ['a newline and a tab', 'a\nb\tc', '"a\\nb\\tc"'],
    ['other control characters', 'a\x01b', '"a\\x01b"'],
    ['letters of other languages', 'ö', '"ö"'],
  ])('%s', (_, word, quoted) => {
    expect(quoteWord(word)).toBe(quoted);
  });

  it('hands over exactly the word, also between others and through a file', () => {
    fc.assert(
      fc.property(anyWord, anyWord, (one, other) => {
        const value = `/bin/echo ${quoteWord(one)} ${quoteWord(other)}`;
        expect(throughFile(value).map(handedOver)).toEqual(['/bin/echo', one, other]);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a NUL', () => {
    expect(() => quoteWord('a\0b')).toThrow(/NUL/);
  });
});

describe('splitWords', () => {
  it.each<[value: string, words: readonly string[]]>([
    ['', []],
    ['  a   b ', ['a', 'b']],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['"" \'\'', ['', '']],
    ['a"b c"d', ['ab cd']],
    [`"it's" 'say "x"'`, ["it's", 'say "x"']],
    ['\\a\\b\\f\\n\\r\\t\\v\\\\\\"\\\'\\s', ['\x07\b\f\n\r\t\v\\"\' ']],
    ['\\x41\\101\\u00f6\\U0001F600\\xc3\\xb6', ['AAö\u{1F600}ö']],
    ["'\\x41 \\''", ["A '"]],
    ['a \\\n  b', ['a', 'b']],
    ["'a \\\n  b'", ['a    b']],
    ['\\q \\x0', ['\\q', '\\x0']],
    ['$$x %% $y', ['$$x', '%%', '$y']],
  ])('%j', (value, words) => {
    expect(splitWords(value)).toEqual(words);
  });

  it.each([
    ['"a', /never closed/],
    ["a 'b", /never closed/],
    ['a \\', /ends in a backslash/],
  ])('refuses %j', (value, message) => {
    expect(() => splitWords(value)).toThrow(message);
  });
});
