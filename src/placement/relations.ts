import { compareText } from '../unit/compare.ts';
import { compileGlob } from './glob.ts';
import { type PlacedUnit, reasonsAgainstMachine } from './reasons-against.ts';
import type { Machine } from './rules.ts';

/** What the rules of a set of units say about units and machines, independent of any assignment. */
export interface Relations {
  /** Units by name. Peers come before the units that name them in `MachineOf=`; otherwise in name order. */
  readonly units: ReadonlyMap<string, PlacedUnit>;
  /** Machines by id, in order of id. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** Ids of the machines that a unit's `MachineID=` and `MachineMetadata=` allow, in order. */
  readonly eligibleMachines: (unit: string) => ReadonlySet<string>;
  /** Units that may not share a machine with this one: conflicts in either direction, and replacements. */
  readonly incompatibleWith: (unit: string) => ReadonlySet<string>;
  /** Units that name this one in `MachineOf=`: they run only on its machine. */
  readonly dependents: (unit: string) => readonly string[];
}

/** Computes the relations between units and machines; the order of the input does not matter. */
export function relationsOf(units: readonly PlacedUnit[], machines: readonly Machine[]): Relations {
  const sortedMachines = [...machines].sort((a, b) => compareText(a.id, b.id));
  const byName = new Map(peersFirst(units).map((unit) => [unit.name, unit]));
  const matching = namesMatching([...byName.keys()]);
  const eligibleMachines = eligibleMachinesByUnit([...byName.values()], sortedMachines);
  const incompatibleWith = new Map([...byName.keys()].map((name) => [name, new Set<string>()]));
  const dependents = new Map<string, string[]>();

  const replaces = (name: string): readonly string[] =>
    byName.get(name)?.rules.replaces.flatMap(matching) ?? [];
  for (const { name, rules } of byName.values()) {
    const replaced = replaces(name).filter((other) => !replaces(other).includes(name));
    for (const other of [...rules.conflicts.flatMap(matching), ...replaced]) {
      if (other === name) continue;
      incompatibleWith.get(name)?.add(other);
      incompatibleWith.get(other)?.add(name);
    }
    for (const peer of rules.machineOf) dependents.set(peer, [...(dependents.get(peer) ?? []), name]);
  }
  return {
    units: byName,
    machines: new Map(sortedMachines.map((machine) => [machine.id, machine])),
    eligibleMachines: (name) => eligibleMachines.get(name) ?? new Set(),
    incompatibleWith: (name) => incompatibleWith.get(name) ?? new Set(),
    dependents: (name) => dependents.get(name) ?? [],
  };
}

/** Units in name order, but each after its peers. Units in a cycle, which never run, keep their place by name. */
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

/** Names that match a pattern. Each pattern is matched once, since instances share theirs. */
function namesMatching(names: readonly string[]): (pattern: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (pattern) => {
    const found = known.get(pattern) ?? names.filter(compileGlob(pattern) ?? (() => false));
    known.set(pattern, found);
    return found;
  };
}

/** The eligible machines of each unit, computed once for units of equal rules, since instances share theirs. */
function eligibleMachinesByUnit(
  units: readonly PlacedUnit[],
  machines: readonly Machine[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  return new Map(
    units.map(({ name, rules }) => {
      const key = JSON.stringify([rules.machineId, rules.metadata]);
      const eligible = (): readonly Machine[] =>
        machines.filter((machine) => reasonsAgainstMachine(rules, machine).length === 0);
      const found = known.get(key) ?? new Set(eligible().map((machine) => machine.id));
      known.set(key, found);
      return [name, found];
    }),
  );
}
