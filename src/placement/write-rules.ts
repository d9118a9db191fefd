import { CoreshipError } from '../errors.ts';
import type { UnitOption } from '../unit/unit-file.ts';
import { checkRules } from './check-rules.ts';
import { fleetSection, type OptionName } from './option-values.ts';
import type { PlacementRules } from './rules.ts';

/**
 * Writes placement rules as `[X-Fleet]` options, one value for each line. Reading them gives the same rules. They may
 * contain specifiers such as `%i`.
 * @throws CoreshipError `config` where fleet would refuse the options, or ignore one of them
 */
export function writeRules(rules: PlacementRules): readonly UnitOption[] {
  const { machineId, machineOf, metadata, conflicts, global, replaces, ...rest } = rules;
  rest satisfies Record<string, never>;
  const option = (name: OptionName) => (value: string) => ({ section: fleetSection, name, value });
  const options = [
    ...(machineId === undefined ? [] : [machineId]).map(option('MachineID')),
    ...machineOf.map(option('MachineOf')),
    ...metadata.map(({ key, value }) => `${key}=${value}`).map(option('MachineMetadata')),
    ...conflicts.map(option('Conflicts')),
    ...(global ? ['true'] : []).map(option('Global')),
    ...replaces.map(option('Replaces')),
  ];
  const errors = checkRules(options).filter((problem) => problem.severity === 'error');
  const [first] = errors;
  if (first === undefined) return options;
  throw new CoreshipError('config', `placement cannot be written: ${first.message}`, {
    problems: errors.map(({ rule, severity, message }) => ({ rule, severity, message })),
    ...(first.hint && { hint: first.hint }),
  });
}
