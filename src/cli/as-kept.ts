import type { Engine } from '../engines/engine.ts';
import { CoreshipError } from '../errors.ts';
import type { Wanted } from '../plan/make-plan.ts';
import { groupUnits } from '../services/unit-groups.ts';

/** What is wanted, in the texts that the cluster would keep, so that comparing them with what it has says something. */
export function asKept(wanted: Wanted, engine: Engine): Wanted {
  const keep = engine.asKept;
  if (!keep) return wanted;
  const units = wanted.groups.flatMap((group) => group.units);
  return { ...wanted, groups: groupUnits(units.map((unit) => ({ name: unit.name, text: keep(unit) }))) };
}

/**
 * Refuses units that the cluster would take and read otherwise than they look.
 * @param allowed names of rules that may be broken
 * @throws CoreshipError `config` with every problem
 */
export function refuseMisread(wanted: Wanted, engine: Engine, allowed: readonly string[]): void {
  const problems = wanted.groups
    .flatMap((group) => group.units.flatMap((unit) => engine.misreads?.(unit) ?? []))
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
