import type { Relations } from './relations.ts';

/** Who is where, while machines are being chosen. */
export class Assignment {
  readonly #relations: Relations;
  readonly #residents: ReadonlyMap<string, Set<string>>;
  /** How many times a machine was looked at for a unit: the measure of work done. */
  checks = 0;

  constructor(relations: Relations) {
    this.#relations = relations;
    this.#residents = new Map([...relations.machines.keys()].map((id) => [id, new Set<string>()]));
  }

  /** Whether a unit may be put on a machine as things stand. */
  allows(unit: string, machine: string): boolean {
    this.checks += 1;
    const residents = this.on(machine);
    if (!this.#relations.eligibleMachines(unit).has(machine)) return false;
    const peers = this.#relations.units.get(unit)?.rules.machineOf ?? [];
    if (!peers.every((peer) => residents.has(peer))) return false;
    const incompatibleWith = this.#relations.incompatibleWith(unit);
    if (incompatibleWith.size === 0) return true;
    for (const resident of residents) if (incompatibleWith.has(resident)) return false;
    return true;
  }

  /** The machines that a unit may be put on as things stand, in order of id. */
  candidates(unit: string): readonly string[] {
    return [...this.#relations.eligibleMachines(unit)].filter((machine) => this.allows(unit, machine));
  }

  put(unit: string, machine: string): void {
    this.#residents.get(machine)?.add(unit);
  }

  take(unit: string, machine: string): void {
    this.#residents.get(machine)?.delete(unit);
  }

  /** The units on a machine. */
  on(machine: string): ReadonlySet<string> {
    return this.#residents.get(machine) ?? new Set();
  }

  /** The machines a unit is on, in order of id. */
  machinesOf(unit: string): readonly string[] {
    return [...this.#residents].filter(([, units]) => units.has(unit)).map(([machine]) => machine);
  }
}
