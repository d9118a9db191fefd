import fc from 'fast-check';
import type { PlacedUnit } from '../../src/placement/reasons-against.ts';
import type { UnitOption } from '../../src/unit/unit-file.ts';
import { arbitraryUnits } from './arbitrary-sets.ts';

/** A unit with its `[X-Fleet]` section as somebody might write it. */
export interface WrittenUnit {
  readonly name: string;
  readonly options: readonly UnitOption[];
}

/** How the rules of a unit are written: option names of today or of yesterday, a list on one line or on several. */
const manner = fc.record({ legacy: fc.boolean(), oneLine: fc.boolean() });

/** A machine that a unit may be nailed to. Rare, since fleet allows little beside it. */
const nail = (machineIds: readonly string[]): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    fc.constantFrom(...machineIds, ...machineIds.map((id) => id.slice(0, 8)), 'f'.repeat(32)),
  );

/**
 * Up to seven units with any mix of rules, as options. Every name and pattern begins with `prefix`, so that sets of
 * different prefixes have nothing to do with each other.
 */
export function arbitraryWrittenUnits(
  prefix: string,
  machineIds: readonly string[],
): fc.Arbitrary<readonly WrittenUnit[]> {
  return arbitraryUnits.chain((units) =>
    fc.tuple(
      ...units.map((unit) =>
        fc.tuple(manner, nail(machineIds)).map(([how, machineId]) => write(unit, prefix, how, machineId)),
      ),
    ),
  );
}

function write(
  { name, rules }: PlacedUnit,
  prefix: string,
  { legacy, oneLine }: { readonly legacy: boolean; readonly oneLine: boolean },
  machineId: string | undefined,
): WrittenUnit {
  const option = (now: string, before: string, values: readonly string[]): readonly UnitOption[] => {
    const line = oneLine && values.length > 1 ? [values.map((value) => `"${value}"`).join(' ')] : values;
    return line.map((value) => ({ section: 'X-Fleet', name: legacy ? before : now, value }));
  };
  const prefixed = (names: readonly string[]): readonly string[] => names.map((one) => `${prefix}${one}`);
  const metadata = rules.metadata.map(({ key, value }) => `${key}=${value}`);
  return {
    name: `${prefix}${name}`,
    options: [
      { section: 'Service', name: 'ExecStart', value: '/bin/sleep infinity' },
      ...option('MachineID', 'X-ConditionMachineID', machineId === undefined ? [] : [machineId]),
      ...option('MachineOf', 'X-ConditionMachineOf', prefixed(rules.machineOf)),
      ...option('MachineMetadata', 'X-ConditionMachineMetadata', metadata),
      ...option('Conflicts', 'X-Conflicts', prefixed(rules.conflicts)),
      ...option('Global', 'Global', rules.global ? ['true'] : []),
      ...option('Replaces', 'Replaces', prefixed(rules.replaces)),
    ],
  };
}
