import { place } from '../placement/place.ts';
import type { PlacedUnit } from '../placement/reasons-against.ts';
import type { UnitGroup } from '../services/unit-groups.ts';
import type { ClusterView, PlacedGroup } from './cluster-view.ts';

/** The machines of groups, and what speaks against each machine for units that fit none. */
export interface GroupPlacement {
  /** Machine ids by main unit; several for a global unit. */
  readonly machines: ReadonlyMap<string, readonly string[]>;
  readonly unplaced: readonly {
    readonly unit: string;
    readonly reasons: readonly { readonly machine: string; readonly reasons: readonly string[] }[];
  }[];
}

/** Chooses machines for the desired groups: those that may stay where they are stay, and `settled` groups never move. */
export function placeGroups(
  desired: readonly UnitGroup[],
  settled: readonly PlacedGroup[],
  view: ClusterView,
): GroupPlacement {
  const names = new Set(desired.flatMap(({ units }) => units.map(({ name }) => name)));
  const current = new Map<string, readonly string[]>();
  for (const { name, machine } of view.observation.units) {
    current.set(name, [...(current.get(name) ?? []), machine]);
  }
  const others: PlacedUnit[] = settled
    .flatMap(({ group }) => group.units)
    .filter(({ name }) => !names.has(name));
  for (const { name, rules, machine } of view.observation.neighbours) {
    current.set(name, [...(current.get(name) ?? []), machine]);
    others.push({ name, rules });
  }
  const units = [...desired.flatMap((group) => group.units), ...others].map(({ name, rules }) => ({
    name,
    rules,
  }));
  const result = place({
    units,
    machines: view.observation.machines,
    current,
    fixed: new Map(others.map(({ name }) => [name, current.get(name) ?? []])),
  });
  return {
    machines: new Map(desired.map(({ main }) => [main, result.placed.get(main) ?? []])),
    unplaced: result.unplaced.filter(({ unit }) => names.has(unit)),
  };
}
