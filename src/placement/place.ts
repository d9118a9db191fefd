import { compareText } from '../unit/compare.ts';
import { Assignment } from './assignment.ts';
import { type PlacedUnit, reasonsAgainst } from './reasons-against.ts';
import { type Relations, relationsOf } from './relations.ts';
import { type Machine, machineLabel } from './rules.ts';
import { search } from './search.ts';

/** The input of a placement. */
export interface PlacementTask {
  /** All units that count, including those that only keep others away. */
  readonly units: readonly PlacedUnit[];
  readonly machines: readonly Machine[];
  /** The ids of the machines each unit is on now: one, or several for a global unit. Units on none may be left out. */
  readonly current: ReadonlyMap<string, readonly string[]>;
  /** The machines of units that stay where they are, whatever their rules say: others make room. Default: none. */
  readonly fixed?: ReadonlyMap<string, readonly string[]>;
}

/** Why one machine does not suit a unit. */
export interface MachineReasons {
  /** The machine's id. */
  readonly machine: string;
  readonly reasons: readonly string[];
}

/** The result of a placement. */
export interface Placement {
  /** Machine ids by unit name, in order of both: one machine, or for a global unit every machine that allows it. */
  readonly placed: ReadonlyMap<string, readonly string[]>;
  /** Units that may run nowhere, with the reasons against each machine. */
  readonly unplaced: readonly { readonly unit: string; readonly reasons: readonly MachineReasons[] }[];
}

/**
 * Chooses machines by the `[X-Fleet]` rules. The order of the input does not matter; equal input gives an equal result.
 * 1. Units stay where they are as long as the rules allow it. A unit with `Replaces=` is kept apart from what it replaces,
 *    but evicts nothing.
 * 2. Global units go to every machine that allows them, before other new units, as in fleet.
 * 3. Each other unit goes to the machine with the fewest units, a unit and its dependents (`MachineOf=`) to the same one,
 *    such that as many units as possible run.
 */
export function place({ units, machines, current, fixed = new Map() }: PlacementTask): Placement {
  const relations = relationsOf(units, machines);
  const assignment = new Assignment(relations);
  const names = [...relations.units.keys()].filter((name) => !fixed.has(name));
  const isGlobal = (name: string): boolean => relations.units.get(name)?.rules.global ?? false;

  for (const [name, machineIds] of fixed) for (const machine of machineIds) assignment.assign(name, machine);
  keepCurrent(names, assignment, current, isGlobal);
  for (const name of names.filter(isGlobal)) {
    for (const machine of assignment.candidates(name)) assignment.assign(name, machine);
  }
  const wasOn = (name: string, machine: string): boolean => current.get(name)?.includes(machine) ?? false;
  search(
    relations,
    assignment,
    names.filter((name) => !isGlobal(name) && !assignment.isAssigned(name)),
    (name, machine) => [name, ...relations.dependents(name)].filter((one) => wasOn(one, machine)).length,
  );
  return placementOf(relations, assignment);
}

/** Assigns units to their current machines, peers before their dependents, where the rules still allow it. */
function keepCurrent(
  names: readonly string[],
  assignment: Assignment,
  current: PlacementTask['current'],
  isGlobal: (name: string) => boolean,
): void {
  for (const name of names) {
    const allowed = (current.get(name) ?? [])
      .filter((machine) => assignment.allows(name, machine))
      .sort(compareText);
    for (const machine of isGlobal(name) ? allowed : allowed.slice(0, 1)) assignment.assign(name, machine);
  }
}

function placementOf(relations: Relations, assignment: Assignment): Placement {
  const machinesByUnit = [...relations.units.keys()]
    .sort(compareText)
    .map((name) => [name, assignment.machinesOf(name)] as const);
  const placed = new Map(machinesByUnit.filter(([, machines]) => machines.length > 0));
  const locate = (name: string): string | undefined =>
    placed
      .get(name)
      ?.map((id) => labelOf(relations, id))
      .join(', ');
  const reasons = (unit: PlacedUnit): readonly MachineReasons[] =>
    [...relations.machines.values()].map((machine) => ({
      machine: machine.id,
      reasons: reasonsAgainst(unit, machine, placedUnitsOn(machine.id, relations, assignment), locate),
    }));
  const unplaced = [...relations.units.values()]
    .filter((unit) => !placed.has(unit.name))
    .map((unit) => ({ unit: unit.name, reasons: reasons(unit) }));
  return { placed, unplaced };
}

function placedUnitsOn(machine: string, relations: Relations, assignment: Assignment): readonly PlacedUnit[] {
  return [...assignment.unitsOn(machine)]
    .sort(compareText)
    .flatMap((name) => relations.units.get(name) ?? []);
}

function labelOf(relations: Relations, id: string): string {
  const machine = relations.machines.get(id);
  return machine ? machineLabel(machine) : id;
}
