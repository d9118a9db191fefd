import { expandSpecifiers } from '../unit/specifiers.ts';
import type { UnitOption } from '../unit/unit-file.ts';
import { lintOptions } from './lint-options.ts';
import { metadataPair } from './metadata-pair.ts';
import { isTrue } from './option-truth.ts';
import { type OptionName, valuesOfOption } from './option-values.ts';
import { refusals } from './refusals.ts';
import type { RuleProblem } from './rule-problem.ts';
import type { PlacementRules } from './rules.ts';

/**
 * Reads a unit's placement rules exactly as fleet 1.0.0 does, and says what fleet would refuse (rules
 * `unresolvable-requirements` and `incompatible-options`, first, in fleet's words and order) or lose without a word.
 * Options that carry a line keep it in the problems.
 */
export function readRules<O extends UnitOption>(
  options: readonly O[],
  unitName: string,
): { rules: PlacementRules; problems: readonly RuleProblem<O>[] } {
  const values = (name: OptionName): readonly string[] =>
    valuesOfOption(options, name).map((value) => expandSpecifiers(value.text, unitName));
  const [machineId] = values('MachineID');
  const rules: PlacementRules = {
    ...(machineId !== undefined && { machineId }),
    machineOf: values('MachineOf'),
    metadata: values('MachineMetadata').flatMap((value) => metadataPair(value) ?? []),
    conflicts: values('Conflicts'),
    global: isTrue(values('Global').at(-1) ?? ''),
    replaces: values('Replaces'),
  };
  return { rules, problems: [...refusals(options), ...lintOptions(options)] };
}
