import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place } from '../../src/placement/place.ts';
import { type PlacedUnit, reasonsAgainst } from '../../src/placement/reasons-against.ts';
import type { Machine } from '../../src/placement/rules.ts';
import { arbitraryCurrent, arbitraryMachines, arbitraryUnits } from './arbitrary-sets.ts';
import { breaches, countPlaced } from './legality.ts';

const task = fc.record({ units: arbitraryUnits, machines: arbitraryMachines, current: arbitraryCurrent });
const nothing: ReadonlyMap<string, readonly string[]> = new Map();

describe('any placement', () => {
  it('is legal', () => {
    fc.assert(
      fc.property(task, ({ units, machines, current }) => {
        expect(breaches(units, machines, place({ units, machines, current }).placed)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the input', () => {
    const shuffled = task.chain((one) =>
      fc.record({
        one: fc.constant(one),
        units: fc.shuffledSubarray([...one.units], { minLength: one.units.length }),
        machines: fc.shuffledSubarray([...one.machines], { minLength: one.machines.length }),
        current: fc
          .shuffledSubarray([...one.current], { minLength: one.current.size })
          .map((pairs) => new Map(pairs.map(([name, machinesOf]) => [name, [...machinesOf].reverse()]))),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ one, ...other }) => {
        expect(place(other)).toEqual(place(one));
        expect([...place(other).placed]).toEqual([...place(one).placed]);
      }),
    );
  });

  it('changes nothing when it is made again', () => {
    fc.assert(
      fc.property(task, ({ units, machines, current }) => {
        const first = place({ units, machines, current });
        expect(place({ units, machines, current: first.placed })).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves every unit that is somewhere legal where it is, as long as nothing replaces it', () => {
    fc.assert(
      fc.property(arbitraryUnits, arbitraryMachines, arbitraryCurrent, (units, machines, current) => {
        const calm = units.map(({ name, rules }) => ({ name, rules: { ...rules, replaces: [] } }));
        const half = place({ units: calm.slice(0, 4), machines, current }).placed;
        const whole = place({ units: calm, machines, current: half }).placed;
        for (const [name, machinesOf] of half)
          expect(whole.get(name)).toEqual(expect.arrayContaining([...machinesOf]));
      }),
    );
  });

  it('leaves no unit out that has a machine left, and says why for each machine', () => {
    fc.assert(
      fc.property(task, ({ units, machines, current }) => {
        for (const { reasons } of place({ units, machines, current }).unplaced) {
          expect(reasons.map((one) => one.machine)).toEqual(machines.map((machine) => machine.id));
          expect(reasons.filter((one) => one.reasons.length === 0)).toEqual([]);
        }
      }),
    );
  });

  it('has as many units running as any placement could have, once global units are where they go', () => {
    const few = fc.record({
      units: arbitraryUnits.map((units) => units.filter((unit) => !unit.rules.global).slice(0, 5)),
      machines: arbitraryMachines,
    });
    fc.assert(
      fc.property(few, ({ units, machines }) => {
        const { placed } = place({ units, machines, current: nothing });
        expect(countPlaced(placed)).toBe(mostThatCanRun(units, machines));
      }),
      { numRuns: 150 },
    );
  });
});

/** Tries every choice of machines. */
function mostThatCanRun(units: readonly PlacedUnit[], machines: readonly Machine[]): number {
  const tryAll = (index: number, machinesOf: ReadonlyMap<string, string>): number => {
    if (index === units.length) return isLegal(units, machines, machinesOf) ? machinesOf.size : 0;
    const name = units[index]?.name ?? '';
    const options = machines.map((machine) => tryAll(index + 1, new Map(machinesOf).set(name, machine.id)));
    return Math.max(tryAll(index + 1, machinesOf), ...options);
  };
  return tryAll(0, new Map());
}

function isLegal(
  units: readonly PlacedUnit[],
  machines: readonly Machine[],
  machinesOf: ReadonlyMap<string, string>,
): boolean {
  if (machinesOf.size > 0 && units.some((unit) => machinesOf.has(unit.name) && isCircular(unit, units)))
    return false;
  return machines.every((machine) => {
    const here = units.filter((unit) => machinesOf.get(unit.name) === machine.id);
    return here.every((unit) => reasonsAgainst(unit, machine, here).length === 0);
  });
}

/** Whether a unit waits for itself, through its peers: such units are never started. */
function isCircular(unit: PlacedUnit, units: readonly PlacedUnit[], seen: readonly string[] = []): boolean {
  if (seen.includes(unit.name)) return true;
  const peers = units.filter((other) => unit.rules.machineOf.includes(other.name));
  return peers.some((peer) => isCircular(peer, units, [...seen, unit.name]));
}
