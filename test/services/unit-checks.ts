import { expect } from 'vitest';
import { formatProblem } from '../../src/errors.ts';
import { lintUnit } from '../../src/placement/lint-unit.ts';
import type { RenderedFile } from '../../src/services/rendered-file.ts';
import { readUnit } from '../../src/unit/parse.ts';
import { expandSystemdSpecifiers } from '../support/expand-systemd-specifiers.ts';
import { splitWords } from '../support/split-words.ts';
import { valuesOf } from '../support/values-of.ts';

/** Both readers take the unit without a word, no lint rule objects, and no line is too long for fleet. */
export function expectSoundUnit({ path, content }: RenderedFile): void {
  const file = path.slice(path.indexOf('/') + 1);
  for (const dialect of ['systemd', 'fleet'] as const) {
    expect(readUnit(content, file, dialect).problems, `${dialect} reads ${path}`).toEqual([]);
  }
  const errors = lintUnit(content, file).filter(({ severity }) => severity === 'error');
  expect(errors.map(formatProblem), `lint of ${path}`).toEqual([]);
  const longest = Math.max(...content.split('\n').map((line) => Buffer.byteLength(line)));
  expect(longest, `longest line of ${path}`).toBeLessThan(2048);
}

/** The words systemd hands to the program of an `Exec…=` option, in a unit of this name. */
export function execWords(text: string, unit: string, option = 'ExecStart'): readonly (readonly string[])[] {
  return valuesOf(readUnit(text, unit).file, 'Service', option).map((value) =>
    splitWords(value).map((word) =>
      // What systemd does last: specifiers, then $$ to $. Variables themselves stay to be looked for.
      expandSystemdSpecifiers(word, unit).replaceAll('$$', '$'),
    ),
  );
}

/** The variables that `-e NAME=value` words hand to a container. */
export function variablesOf(words: readonly string[]): Readonly<Record<string, string>> {
  const pairs = words.filter((word, index) => words[index - 1] === '-e' && word.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
