import type { Relations } from './relations.ts';

/** Which units are on which machines, while machines are being chosen. */
export class Assignment {
  readonly #relations: Relations;
  readonly #unitsOn: ReadonlyMap<string, Set<string>>;
  /** How many times a unit was checked against a machine: the measure of work done. */
  checks = 0;

  constructor(relations: Relations) {
    this.#relations = relations;
    this.#unitsOn = new Map([...relations.machines.keys()].map((id) => [id, new Set<string>()]));
  }

  /** Whether the rules allow a unit on a machine, given the units that are there now. */
  allows(unit: string, machine: string): boolean {
    this.checks += 1;
    const others = this.unitsOn(machine);
    if (!this.#relations.eligibleMachines(unit).has(machine)) return false;
    const peers = this.#relations.units.get(unit)?.rules.machineOf ?? [];
    if (!peers.every((peer) => others.has(peer))) return false;
    const incompatibleWith = this.#relations.incompatibleWith(unit);
    if (incompatibleWith.size === 0) return true;
    for (const other of others) if (incompatibleWith.has(other)) return false;
    return true;
  }

  /** The machines that allow a unit now, in order of id. */
  candidates(unit: string): readonly string[] {
    return [...this.#relations.eligibleMachines(unit)].filter((machine) => this.allows(unit, machine));
  }

  assign(unit: string, machine: string): void {
    this.#unitsOn.get(machine)?.add(unit);
  }

  unassign(unit: string, machine: string): void {
    this.#unitsOn.get(machine)?.delete(unit);
  }

  unitsOn(machine: string): ReadonlySet<string> {
    return this.#unitsOn.get(machine) ?? new Set();
  }

  /** The machines a unit is on, in order of id. */
  machinesOf(unit: string): readonly string[] {
    return [...this.#unitsOn].filter(([, units]) => units.has(unit)).map(([machine]) => machine);
  }

  isAssigned(unit: string): boolean {
    return this.machinesOf(unit).length > 0;
  }
}
