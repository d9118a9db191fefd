import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, globMatches } from '../../src/placement/glob.ts';
import { cpuTime } from '../cpu-time.ts';

describe('globMatches', () => {
  it.each<[pattern: string, name: string, matches: boolean]>([
    ['apache@*.service', 'apache@7777.service', true],
    ['apache@*.service', 'apache@.service', true],
    ['apache@*.service', 'apache-discovery@7777.service', false],
    ['apache@?.service', 'apache@7.service', true],
    ['apache@?.service', 'apache@77.service', false],
    ['apache@[12].service', 'apache@2.service', true],
    ['apache@[12].service', 'apache@3.service', false],
    ['apache@[^12].service', 'apache@3.service', true],
    ['apache@[^12].service', 'apache@1.service', false],
    ['apache@[1-3a].service', 'apache@a.service', true],
    ['apache@[1-3a].service', 'apache@4.service', false],
    ['[3-1]', '2', false],
    ['*', 'anything.service', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a', '', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'xxbxxaxx', false],
    ['*.service', 'a.service.service', true],
    ['*', 'a/b', false],
    ['?', '/', false],
    ['a/*', 'a/b', true],
    ['[/]', '/', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['[\\]]', ']', true],
    ['[\\-x]', '-', true],
    ['a.c', 'abc', false],
    ['?', 'ö', true],
    ['[a-ÿ]', 'ö', true],
    ['?', '\u{1F600}', true],
  ])('%j on %j: %j', (pattern, name, matches) => {
    expect(globMatches(pattern, name)).toBe(matches);
  });

  it.each(['[', '[]', '[]a]', '[^]', '[a', '[a-', '[a-]', '[-a]', 'a\\', '[\\', '[a\\'])(
    'the malformed %j matches nothing, not even itself',
    (pattern) => {
      expect(compileGlob(pattern)).toBeUndefined();
      expect(globMatches(pattern, pattern)).toBe(false);
    },
  );

  it('matches every text by itself with its special characters escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(globMatches(text.replace(/[*?[\\]/g, '\\$&'), text)).toBe(true);
      }),
    );
  });

  it('takes no exponential time', () => {
    const took = cpuTime(() => expect(globMatches(`${'*a'.repeat(50)}b`, 'a'.repeat(2000))).toBe(false));
    expect(took).toBeLessThan(1000);
  });
});
