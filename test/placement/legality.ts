import { type PlacedUnit, reasonsAgainst } from '../../src/placement/reasons-against.ts';
import type { Machine } from '../../src/placement/rules.ts';

/** Everything in a placement that the rules forbid; empty where it is legal. */
export function breaches(
  units: readonly PlacedUnit[],
  machines: readonly Machine[],
  placed: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const tooMany = units.filter((unit) => !unit.rules.global && (placed.get(unit.name)?.length ?? 0) > 1);
  const forbidden = machines.flatMap((machine) => {
    const here = units.filter((unit) => placed.get(unit.name)?.includes(machine.id));
    return here.flatMap((unit) =>
      reasonsAgainst(unit, machine, here).map((reason) => `${unit.name} on ${machine.id}: ${reason}`),
    );
  });
  return [...tooMany.map((unit) => `${unit.name} is on several machines`), ...forbidden];
}

/** How many units run anywhere. */
export function countPlaced(placed: ReadonlyMap<string, readonly string[]>): number {
  return [...placed.values()].filter((machines) => machines.length > 0).length;
}
