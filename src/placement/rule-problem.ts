import type { UnitOption } from '../unit/unit-file.ts';

/** Something wrong with an `[X-Fleet]` option. The option keeps its line, where it came with one. */
export interface RuleProblem<O extends UnitOption = UnitOption> {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  readonly option: O;
}
