import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWords } from '../../src/ssh/quote.ts';

describe('quoteWords', () => {
  const rows: readonly (readonly [what: string, words: readonly string[], text: string])[] = [
    [
      'plain words stay readable',
      ['systemctl', 'show', 'apache@7777.service'],
      'systemctl show apache@7777.service',
    ],
    ['an empty word', ['echo', ''], "echo ''"],
    ['a quote', ["it's"], "'it'\\''s'"],
    ['a variable and a command', ['$HOME', '`id`', '$(id)'], "'$HOME' '`id`' '$(id)'"],
    ['an assignment is no assignment', ['A=b'], "'A=b'"],
    ['a reserved word is a command', ['time', 'if'], "'time' 'if'"],
    ['home folders and patterns', ['~', '*.service', '[a]'], "'~' '*.service' '[a]'"],
    ['lines', ['a\nb'], "'a\nb'"],
  ];
  it.each(rows)('%s', (_what, words, text) => {
    expect(quoteWords(words)).toBe(text);
  });

  it('refuses a NUL byte', () => {
    expect(() => quoteWords(['a\0b'])).toThrow('NUL byte');
  });

  it('survives a real shell, whatever the words', () => {
    const char = fc.constantFrom(...'ab \t\n\'"\\$`!*?[]{}()<>|&;#~=%^-ü€/.@:,');
    const word = fc.oneof(
      fc.string({ unit: char }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('if', 'done'),
    );
    fc.assert(
      fc.property(
        fc.array(
          word.map((text) => text.replaceAll('\0', '')),
          { minLength: 1 },
        ),
        (words) => {
          const script = `printf '%s\\0' ${quoteWords(words)}`;
          expect(
            execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1),
          ).toEqual(words);
        },
      ),
      { numRuns: 150 },
    );
  });
});
