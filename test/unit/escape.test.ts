import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeInstance } from '../../src/unit/escape.ts';
import { unescapeInstance } from '../support/unescape-instance.ts';

describe('escapeInstance', () => {
  it.each([
    ['', ''],
    ['7777', '7777'],
    ['Hallöchen, Meister', 'Hall\\xc3\\xb6chen\\x2c\\x20Meister'],
    ['/tmp//waldi/foobar/', '-tmp--waldi-foobar-'],
    ['a-b', 'a\\x2db'],
    ['a\\b', 'a\\x5cb'],
    ['.hidden.file', '\\x2ehidden.file'],
    ['a:b_c@d', 'a:b_c\\x40d'],
  ])('%j is %j', (text, escaped) => {
    expect(escapeInstance(text)).toBe(escaped);
    expect(unescapeInstance(escaped)).toBe(text);
  });

  it('is undone by unescapeInstance, and leaves only what a unit name may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeInstance(text)).toMatch(/^[A-Za-z0-9:_.\\-]*$/);
        expect(unescapeInstance(escapeInstance(text))).toBe(text);
      }),
    );
  });
});

describe('unescapeInstance', () => {
  it.each(['a\\', 'a\\b', 'a\\x2', 'a\\xzz', '\\xff'])('refuses %j', (text) => {
    expect(() => unescapeInstance(text)).toThrow(/is not escaped/);
  });
});
