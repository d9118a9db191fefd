import { CoreshipError } from '../errors.ts';
import type { Desired } from '../plan/make-plan.ts';
import { type ParsedUnit, parseUnitText } from '../services/parsed-unit.ts';
import { groupUnits } from '../services/unit-groups.ts';
import type { Engine } from './engine.ts';

/** The desired state with texts in the form the cluster stores, so that they can be compared with what it returns. */
export function toStoredForm(desired: Desired, engine: Engine): Desired {
  const stored = (unit: ParsedUnit): ParsedUnit => {
    const text = engine.toStoredForm(unit);
    return text === unit.text ? unit : parseUnitText(unit.name, text);
  };
  return { ...desired, groups: desired.groups.flatMap(({ units }) => groupUnits(units.map(stored))) };
}

/**
 * Refuses units that the cluster would accept and misread.
 * @param allowed names of rules that may be broken
 * @throws CoreshipError `config` with every problem
 */
export function refuseMisread(desired: Desired, engine: Engine, allowed: readonly string[]): void {
  const problems = desired.groups
    .flatMap(({ units }) => units)
    .flatMap((unit) => engine.lint(unit))
    .filter(({ rule }) => !allowed.includes(rule));
  if (problems.length === 0) return;
  const rules = [...new Set(problems.map(({ rule }) => rule))];
  throw new CoreshipError('config', 'the cluster would misread these units; nothing was changed', {
    problems,
    hint: `fix them, or send them as they are with ${rules.map((rule) => `--allow ${rule}`).join(' ')}`,
  });
}
