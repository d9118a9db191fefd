import { compareText } from '../unit/compare.ts';
import { compileGlob } from './glob.ts';
import { againstMachine, type PlacedUnit } from './reasons-against.ts';
import type { Machine } from './rules.ts';

/** What the rules of a set of units say about units and machines, whoever is placed where. */
export interface Relations {
  /** Units by name, in such an order that peers come before those that must be beside them; then by name. */
  readonly units: ReadonlyMap<string, PlacedUnit>;
  /** Machines by id, in order of id. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** Ids of the machines that suit a unit by id and metadata, in order. */
  readonly eligibleMachines: (unit: string) => ReadonlySet<string>;
  /** Units that may not share a machine with this one: conflicts in either direction, and replacements. */
  readonly incompatibleWith: (unit: string) => ReadonlySet<string>;
  /** Units that must be beside this one. */
  readonly followers: (unit: string) => readonly string[];
}

/** Works out the relations between units and machines; the order of the input does not matter. */
export function relate(units: readonly PlacedUnit[], machines: readonly Machine[]): Relations {
  const sortedMachines = [...machines].sort((a, b) => compareText(a.id, b.id));
  const byName = new Map(peersFirst(units).map((unit) => [unit.name, unit]));
  const matching = matcher([...byName.keys()]);
  const eligibleMachines = suitableMachines([...byName.values()], sortedMachines);
  const incompatibleWith = new Map([...byName.keys()].map((name) => [name, new Set<string>()]));
  const followers = new Map<string, string[]>();

  const claims = (name: string): readonly string[] =>
    byName.get(name)?.rules.replaces.flatMap(matching) ?? [];
  for (const { name, rules } of byName.values()) {
    const replaced = claims(name).filter((other) => !claims(other).includes(name));
    for (const other of [...rules.conflicts.flatMap(matching), ...replaced]) {
      if (other === name) continue;
      incompatibleWith.get(name)?.add(other);
      incompatibleWith.get(other)?.add(name);
    }
    for (const peer of rules.machineOf) followers.set(peer, [...(followers.get(peer) ?? []), name]);
  }
  return {
    units: byName,
    machines: new Map(sortedMachines.map((machine) => [machine.id, machine])),
    eligibleMachines: (name) => eligibleMachines.get(name) ?? new Set(),
    incompatibleWith: (name) => incompatibleWith.get(name) ?? new Set(),
    followers: (name) => followers.get(name) ?? [],
  };
}

/** Units by name, each after its peers; those in a cycle, which never run, come where their name puts them. */
function peersFirst(units: readonly PlacedUnit[]): readonly PlacedUnit[] {
  const sorted = [...units].sort((a, b) => compareText(a.name, b.name));
  const byName = new Map(sorted.map((unit) => [unit.name, unit]));
  const done = new Set<PlacedUnit>();
  const visit = (unit: PlacedUnit, path: ReadonlySet<PlacedUnit>): void => {
    if (done.has(unit) || path.has(unit)) return;
    for (const peer of unit.rules.machineOf) {
      const other = byName.get(peer);
      if (other) visit(other, new Set(path).add(unit));
    }
    done.add(unit);
  };
  for (const unit of sorted) visit(unit, new Set());
  return [...done];
}

/** Names that match a pattern; each pattern is looked up once, since instances share theirs. */
function matcher(names: readonly string[]): (pattern: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (pattern) => {
    const found = known.get(pattern) ?? names.filter(compileGlob(pattern) ?? (() => false));
    known.set(pattern, found);
    return found;
  };
}

/** The machines that suit each unit; worked out once for units of like rules, since instances share theirs. */
function suitableMachines(
  units: readonly PlacedUnit[],
  machines: readonly Machine[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  return new Map(
    units.map(({ name, rules }) => {
      const key = JSON.stringify([rules.machineId, rules.metadata]);
      const suitable = (): readonly Machine[] =>
        machines.filter((machine) => againstMachine(rules, machine).length === 0);
      const found = known.get(key) ?? new Set(suitable().map((machine) => machine.id));
      known.set(key, found);
      return [name, found];
    }),
  );
}
