import { compareText } from '../unit/compare.ts';
import { Assignment } from './assignment.ts';
import { type PlacedUnit, reasonsAgainst } from './reasons-against.ts';
import { type Relations, relate } from './relations.ts';
import { type Machine, machineLabel } from './rules.ts';
import { search } from './search.ts';

/** What is to be placed, and where it is now. */
export interface PlacementTask {
  /** All units that count: also those that only stand in the way of others. */
  readonly units: readonly PlacedUnit[];
  readonly machines: readonly Machine[];
  /** The ids of the machines each unit is on now: one, or several for a global unit. Units on none may be left out. */
  readonly current: ReadonlyMap<string, readonly string[]>;
  /** The machines of units that are where they are, whatever their rules say: others make room for them. Default: none. */
  readonly settled?: ReadonlyMap<string, readonly string[]>;
}

/** Why one machine will not do for a unit. */
export interface MachineReasons {
  /** The machine's id. */
  readonly machine: string;
  readonly reasons: readonly string[];
}

/** Where everything goes. */
export interface Placement {
  /** Machine ids by unit name, in order of both: one machine, or for a global unit every machine that allows it. */
  readonly placed: ReadonlyMap<string, readonly string[]>;
  /** Units that may run nowhere, with what speaks against each machine. */
  readonly unplaced: readonly { readonly unit: string; readonly reasons: readonly MachineReasons[] }[];
}

/**
 * Chooses machines by the `[X-Fleet]` rules. The order of the input does not matter, and the same input gives the same answer.
 * 1. What may stay where it is, stays. A unit with `Replaces=` is kept apart from what it replaces, but drives nothing out.
 * 2. Global units go to every machine that allows them, before other new units, as in fleet.
 * 3. The rest goes to the machine with the fewest units, a unit and its followers (`MachineOf=`) to the same one, such that
 *    as many units as possible run.
 */
export function place({ units, machines, current, settled = new Map() }: PlacementTask): Placement {
  const relations = relate(units, machines);
  const assignment = new Assignment(relations);
  const names = [...relations.units.keys()].filter((name) => !settled.has(name));
  const isGlobal = (name: string): boolean => relations.units.get(name)?.rules.global ?? false;

  for (const [name, machinesOf] of settled) for (const machine of machinesOf) assignment.put(name, machine);
  keepWhatMayStay(names, assignment, current, isGlobal);
  for (const name of names.filter(isGlobal)) {
    for (const machine of assignment.candidates(name)) assignment.put(name, machine);
  }
  const wasOn = (name: string, machine: string): boolean => current.get(name)?.includes(machine) ?? false;
  search(
    relations,
    assignment,
    names.filter((name) => !isGlobal(name) && assignment.machinesOf(name).length === 0),
    (name, machine) => [name, ...relations.followers(name)].filter((one) => wasOn(one, machine)).length,
  );
  return result(relations, assignment);
}

/** Puts units where they are now, peers before their followers, where the rules still allow it. */
function keepWhatMayStay(
  names: readonly string[],
  assignment: Assignment,
  current: PlacementTask['current'],
  isGlobal: (name: string) => boolean,
): void {
  for (const name of names) {
    const machinesOf = (current.get(name) ?? [])
      .filter((machine) => assignment.allows(name, machine))
      .sort(compareText);
    for (const machine of isGlobal(name) ? machinesOf : machinesOf.slice(0, 1)) assignment.put(name, machine);
  }
}

function result(relations: Relations, assignment: Assignment): Placement {
  const machinesOf = [...relations.units.keys()]
    .sort(compareText)
    .map((name) => [name, assignment.machinesOf(name)] as const);
  const placed = new Map(machinesOf.filter(([, machines]) => machines.length > 0));
  const whereIs = (name: string): string | undefined =>
    placed
      .get(name)
      ?.map((id) => labelOf(relations, id))
      .join(', ');
  const reasons = (unit: PlacedUnit): readonly MachineReasons[] =>
    [...relations.machines.values()].map((machine) => ({
      machine: machine.id,
      reasons: reasonsAgainst(unit, machine, residents(relations, assignment, machine.id), whereIs),
    }));
  const unplaced = [...relations.units.values()]
    .filter((unit) => !placed.has(unit.name))
    .map((unit) => ({ unit: unit.name, reasons: reasons(unit) }));
  return { placed, unplaced };
}

function residents(relations: Relations, assignment: Assignment, machine: string): readonly PlacedUnit[] {
  return [...assignment.on(machine)].sort(compareText).flatMap((name) => relations.units.get(name) ?? []);
}

function labelOf(relations: Relations, id: string): string {
  const machine = relations.machines.get(id);
  return machine ? machineLabel(machine) : id;
}
