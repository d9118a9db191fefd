import { CoreshipError } from '../errors.ts';
import type { Desired } from '../plan/make-plan.ts';
import { groupUnits } from '../services/unit-groups.ts';
import type { Engine } from './engine.ts';

/** What is wanted, in the texts that the cluster would keep, so that comparing them with what it has says something. */
export function toStoredForm(desired: Desired, engine: Engine): Desired {
  const keep = engine.toStoredForm;
  if (!keep) return desired;
  const units = desired.groups.flatMap((group) => group.units);
  return { ...desired, groups: groupUnits(units.map((unit) => ({ name: unit.name, text: keep(unit) }))) };
}

/**
 * Refuses units that the cluster would take and read otherwise than they look.
 * @param allowed names of rules that may be broken
 * @throws CoreshipError `config` with every problem
 */
export function refuseMisread(desired: Desired, engine: Engine, allowed: readonly string[]): void {
  const problems = desired.groups
    .flatMap((group) => group.units.flatMap((unit) => engine.lint?.(unit) ?? []))
    .filter(({ rule }) => !allowed.includes(rule));
  if (problems.length === 0) return;
  const rules = [...new Set(problems.map(({ rule }) => rule))];
  throw new CoreshipError(
    'config',
    'the cluster would not read these units as they look; nothing was changed',
    {
      problems,
      hint: `mend them, or take them as they are with ${rules.map((rule) => `--allow ${rule}`).join(' ')}`,
    },
  );
}
