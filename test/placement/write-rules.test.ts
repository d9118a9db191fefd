import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRules } from '../../src/placement/check-rules.ts';
import { readRules } from '../../src/placement/read-rules.ts';
import type { PlacementRules } from '../../src/placement/rules.ts';
import { writeRules } from '../../src/placement/write-rules.ts';
import { anywhere } from './anywhere.ts';

const word = fc.stringMatching(/^[a-z0-9._@-]{1,12}$/);
const pattern = fc.stringMatching(/^[a-z*?@.-]{1,12}$/);
const metadata = fc.array(fc.record({ key: word, value: fc.stringMatching(/^[a-z0-9"']{1,8}$/) }));

const arbitraryRules: fc.Arbitrary<PlacementRules> = fc.oneof(
  fc.record({
    machineOf: fc.array(word.map((name) => `peer-${name}`)),
    metadata,
    conflicts: fc.array(pattern.map((some) => `other-${some}`)),
    global: fc.constant(false),
    replaces: fc.constant([]),
  }),
  fc.record({ metadata, replaces: fc.array(pattern) }).map((some) => ({ ...anywhere, ...some })),
  fc
    .record({ metadata, conflicts: fc.array(pattern) })
    .map((some) => ({ ...anywhere, global: true, ...some })),
  fc.record({ metadata, machineId: word }).map((some) => ({ ...anywhere, ...some })),
);

describe('writeRules', () => {
  it('is undone by readRules', () => {
    fc.assert(
      fc.property(arbitraryRules, (rules) => {
        const options = writeRules(rules);
        expect(readRules(options, 'some@thing.service')).toEqual(rules);
        expect(checkRules(options)).toEqual([]);
      }),
    );
  });

  it('writes one value a line, in a fixed order', () => {
    const rules: PlacementRules = {
      ...anywhere,
      conflicts: ['nginx.service', 'lb@*.service'],
      machineOf: ['apache@%i.service'],
      metadata: [{ key: 'disk', value: 'ssd' }],
    };
    const lines = writeRules(rules).map(({ section, name, value }) => `${section}: ${name}=${value}`);
    expect(lines).toEqual([
      'X-Fleet: MachineOf=apache@%i.service',
      'X-Fleet: MachineMetadata=disk=ssd',
      'X-Fleet: Conflicts=nginx.service',
      'X-Fleet: Conflicts=lb@*.service',
    ]);
  });

  it.each<[name: string, rules: Partial<PlacementRules>, message: RegExp]>([
    ['what fleet refuses', { global: true, machineOf: ['a.service'] }, /Global cannot be used with Peers/],
    ['metadata that fleet would drop', { metadata: [{ key: 'a', value: 'b=c' }] }, /is ignored/],
    ['a pattern that matches nothing', { conflicts: ['a['] }, /malformed pattern/],
    ['a peer with a space', { machineOf: ['a b'] }, /not a list/],
  ])('refuses %s', (_, rules, message) => {
    expect(() => writeRules({ ...anywhere, ...rules })).toThrow(message);
  });
});
