import fc from 'fast-check';
import type { PlacedUnit } from '../../src/placement/reasons-against.ts';
import type { Machine } from '../../src/placement/rules.ts';

const names = [
  'a@1.service',
  'a@2.service',
  'a@3.service',
  'b@1.service',
  'b@2.service',
  'c.service',
  'd.service',
];
const patterns = [...names, '*', 'a@*.service', 'a@[12].service', 'b@?.service', 'c*.service'];

const upTo = <T>(values: readonly T[], maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength });

const rules = fc.record({
  machineOf: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, upTo([...names, 'absent.service'], 2)),
  metadata: upTo(['disk=ssd', 'disk=hdd', 'zone=a', 'zone=b'], 2).map((pairs) =>
    pairs.map((pair) => ({ key: pair.slice(0, 4), value: pair.slice(5) })),
  ),
  conflicts: upTo(patterns, 2),
  global: fc.constant(false),
  replaces: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, upTo(patterns, 1)),
});

const globalRules = rules.map((some) => ({ ...some, global: true, machineOf: [], replaces: [] }));

const machine = (id: string): fc.Arbitrary<Machine> =>
  fc.record({
    id: fc.constant(id),
    metadata: fc.record(
      { disk: fc.constantFrom('ssd', 'hdd'), zone: fc.constantFrom('a', 'b') },
      { requiredKeys: [] },
    ),
  });

/** Up to three machines. */
export const arbitraryMachines: fc.Arbitrary<readonly Machine[]> = fc
  .integer({ min: 0, max: 3 })
  .chain((count) => fc.tuple(...['m1', 'm2', 'm3'].slice(0, count).map(machine)));

/** Up to seven units with any mix of rules. */
export const arbitraryUnits: fc.Arbitrary<readonly PlacedUnit[]> = fc
  .shuffledSubarray(names)
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map((name) =>
        fc.oneof({ weight: 8, arbitrary: rules }, globalRules).map((some) => ({ name, rules: some })),
      ),
    ),
  );

/** Some state the cluster may be found in, legal or not. */
export const arbitraryCurrent: fc.Arbitrary<ReadonlyMap<string, readonly string[]>> = fc
  .array(fc.tuple(fc.constantFrom(...names), upTo(['m1', 'm2', 'm3', 'gone'], 2)))
  .map((pairs) => new Map(pairs));
