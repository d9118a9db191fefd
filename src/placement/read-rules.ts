import { defined } from '../defined.ts';
import { expandSpecifiers } from '../unit/specifiers.ts';
import type { UnitOption } from '../unit/unit-file.ts';
import { isTrue, metadataPair, type OptionName, valuesOfOption } from './option-values.ts';
import type { PlacementRules } from './rules.ts';

/**
 * Reads a unit's placement rules exactly as fleet 1.0.0 does. Reads also what fleet would refuse or ignore:
 * `checkRules` and `lintUnit` report that.
 */
export function readRules(options: readonly UnitOption[], unitName: string): PlacementRules {
  const values = (name: OptionName): readonly string[] =>
    valuesOfOption(options, name).map((value) => expandSpecifiers(value.text, unitName));
  return {
    ...defined({ machineId: values('MachineID')[0] }),
    machineOf: values('MachineOf'),
    metadata: values('MachineMetadata').flatMap((value) => metadataPair(value) ?? []),
    conflicts: values('Conflicts'),
    global: isTrue(values('Global').at(-1) ?? ''),
    replaces: values('Replaces'),
  };
}
