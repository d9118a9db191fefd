import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bridgeName,
  checkLabName,
  checkMachineCount,
  hostAddress,
  isLabLink,
  isLabNamespace,
  type LabLayout,
  layOut,
} from '../../src/lab/layout.ts';

const facts = { machines: 3, base: 'machine-bookworm-0', takenSubnets: new Set<number>(), newId: () => 'id' };
const labNames = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);

describe('names of labs', () => {
  it.each(['lab', 'a', 'a-1', 'abcdefghij'])('takes %s', (name) => {
    expect(checkLabName(name)).toBe(name);
  });
  it.each(['', 'Lab', '1lab', '-lab', 'abcdefghijk', 'a/b', '..', 'a b', 'lab\n'])('refuses %j', (name) => {
    expect(() => checkLabName(name)).toThrow(`${JSON.stringify(name)} is not a valid name for a lab`);
  });
});

describe('numbers of machines', () => {
  it.each([1, 7])('takes %s', (machines) => {
    expect(checkMachineCount(machines)).toBe(machines);
  });
  it.each([0, 8, 1.5, Number.NaN])('refuses %s', (machines) => {
    expect(() => checkMachineCount(machines)).toThrow('a lab has 1 to 7 machines');
  });
});

describe('a layout', () => {
  it('names machines after the lab, each with an id, an address and a zone', () => {
    const ids = ['one', 'two'];
    const layout = layOut({ ...facts, name: 'dev', machines: 2, newId: () => ids.shift() ?? '' });
    const { subnet } = layout;
    expect(layout.machines).toEqual([
      {
        name: 'dev-1',
        id: 'one',
        address: `10.213.${subnet}.11`,
        namespace: 'coreship-dev-1',
        link: 'vdev-1',
        metadata: { zone: 'a' },
      },
      {
        name: 'dev-2',
        id: 'two',
        address: `10.213.${subnet}.12`,
        namespace: 'coreship-dev-2',
        link: 'vdev-2',
        metadata: { zone: 'b' },
      },
    ]);
    expect(hostAddress(layout)).toBe(`10.213.${subnet}.1/24`);
  });

  it('is the same each time while nothing else takes its subnet', () => {
    expect(layOut({ ...facts, name: 'dev' })).toEqual(layOut({ ...facts, name: 'dev' }));
  });

  it('fails when every subnet is taken', () => {
    const takenSubnets = new Set(Array.from({ length: 256 }, (_, subnet) => subnet));
    expect(() => layOut({ ...facts, name: 'dev', takenSubnets })).toThrow('no free network');
  });

  it('never takes a subnet that is taken', () => {
    const subnets = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 255 });
    fc.assert(
      fc.property(labNames, subnets, (name, taken) => {
        expect(taken).not.toContain(layOut({ ...facts, name, takenSubnets: new Set(taken) }).subnet);
      }),
    );
  });

  it('fits into the 15 characters of an interface name and shares no name with another lab', () => {
    fc.assert(
      fc.property(labNames, labNames, (one, other) => {
        fc.pre(one !== other);
        const layouts = [one, other].map((name) => layOut({ ...facts, name, machines: 7 }));
        const [mine = [], theirs = []] = layouts.map(interfaces);
        expect([...mine, ...theirs].filter((name) => name.length > 15)).toEqual([]);
        expect(mine.filter((name) => theirs.includes(name))).toEqual([]);
        const [first, second] = layouts;
        expect(first?.machines.every((machine) => isLabLink(one, machine.link))).toBe(true);
        expect(first?.machines.every((machine) => isLabNamespace(one, machine.namespace))).toBe(true);
        expect(second?.machines.some((machine) => isLabLink(one, machine.link))).toBe(false);
        expect(second?.machines.some((machine) => isLabNamespace(one, machine.namespace))).toBe(false);
      }),
      { examples: [['a', 'a-1']] },
    );
  });
});

function interfaces(layout: LabLayout): readonly string[] {
  return [bridgeName(layout.name), ...layout.machines.map((machine) => machine.link)];
}
