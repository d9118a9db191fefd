import type { Relations } from './relations.ts';

/** Who is where, while machines are being chosen. */
export class Board {
  readonly #relations: Relations;
  readonly #residents: ReadonlyMap<string, Set<string>>;
  /** How many times a machine was looked at for a unit: the measure of work done. */
  looks = 0;

  constructor(relations: Relations) {
    this.#relations = relations;
    this.#residents = new Map([...relations.machines.keys()].map((id) => [id, new Set<string>()]));
  }

  /** Whether a unit may be put on a machine as things stand. */
  allows(unit: string, machine: string): boolean {
    this.looks += 1;
    const residents = this.on(machine);
    if (!this.#relations.suits(unit).has(machine)) return false;
    const peers = this.#relations.units.get(unit)?.rules.machineOf ?? [];
    if (!peers.every((peer) => residents.has(peer))) return false;
    const apart = this.#relations.apart(unit);
    if (apart.size === 0) return true;
    for (const resident of residents) if (apart.has(resident)) return false;
    return true;
  }

  /** The machines that a unit may be put on as things stand, in order of id. */
  choices(unit: string): readonly string[] {
    return [...this.#relations.suits(unit)].filter((machine) => this.allows(unit, machine));
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
  homes(unit: string): readonly string[] {
    return [...this.#residents].filter(([, units]) => units.has(unit)).map(([machine]) => machine);
  }
}
