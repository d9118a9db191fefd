import type { Problem } from '../errors.ts';
import { lintUnitText } from '../unit/lint.ts';
import { readUnit } from '../unit/parse.ts';
import { locatedOptionsOf } from '../unit/unit-file.ts';
import { checkRules } from './check-rules.ts';

/**
 * What is wrong with a unit file, in line order: its text, its `[X-Fleet]` options, and what fleet would refuse. All
 * engines place units by these rules, so what fleet refuses is an error everywhere.
 * @param file the file's name in the problems
 */
export function lintUnit(text: string, file: string): readonly Problem[] {
  const placement = checkRules(locatedOptionsOf(readUnit(text, file).file)).map(
    ({ option, ...problem }): Problem => ({
      ...problem,
      where: { file, ...(option.line === undefined ? {} : { line: option.line, column: 1 }) },
    }),
  );
  return [...lintUnitText(text, file), ...placement].sort((a, b) => lineOf(a) - lineOf(b));
}

function lineOf({ where }: Problem): number {
  return where?.line ?? 0;
}
