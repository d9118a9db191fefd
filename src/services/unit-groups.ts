import { CoreshipError } from '../errors.ts';
import { readRules } from '../placement/read-rules.ts';
import type { PlacementRules } from '../placement/rules.ts';
import { compareText } from '../unit/compare.ts';
import { instanceOf, parseUnitName } from '../unit/name.ts';
import { readUnit } from '../unit/parse.ts';
import { optionsOf } from '../unit/unit-file.ts';

/** A unit file as it goes to a machine, or lies on one. */
export interface UnitText {
  readonly name: string;
  readonly text: string;
}

/** A unit of a group, with its placement rules read. */
export interface GroupedUnit extends UnitText {
  readonly rules: PlacementRules;
}

/**
 * One instance as one atom: its main unit and the sidekicks that go where it goes.
 * Found in the units themselves, so that units written by hand group like rendered ones.
 */
export interface UnitGroup {
  /** The main unit's prefix: `apache`, `nginx_lb`. */
  readonly service: string;
  readonly instance?: string;
  /** The main unit's name; it may be missing from `units` where only a sidekick was found. */
  readonly main: string;
  /** The main unit first, then its sidekicks in name order. */
  readonly units: readonly GroupedUnit[];
}

/** Groups units by the one their `MachineOf=` leads to. The groups come in the order of their main units' names. */
export function groupUnits(units: readonly UnitText[]): readonly UnitGroup[] {
  const read = units.map((unit) => ({ ...unit, rules: rulesOf(unit) }));
  const byName = new Map(read.map((unit) => [unit.name, unit]));
  const members = new Map<string, GroupedUnit[]>();
  for (const unit of read) {
    const main = mainOf(unit, byName);
    members.set(main, [...(members.get(main) ?? []), unit]);
  }
  return [...members].sort(([a], [b]) => compareText(a, b)).map(([main, group]) => toGroup(main, group));
}

/**
 * The units that instances of a service mean: each template that belongs to it, instantiated.
 * @throws CoreshipError `usage` where the service has no template, or an instance name is refused
 */
export function instantiate(
  service: string,
  instances: readonly string[],
  templates: readonly UnitText[],
): readonly UnitGroup[] {
  const own = templates.filter(({ name }) => parseUnitName(name).isTemplate);
  const members = templateGroups(own).find((group) => group.service === service)?.units ?? [];
  if (members.length === 0) {
    throw new CoreshipError('usage', `${service} has no template unit`, {
      hint: `unit-templates/${service}@.service is missing; a unit with one copy is brought by: coreship deploy ${service}`,
    });
  }
  return groupUnits(
    instances.flatMap((instance) =>
      own
        .filter(({ name }) => members.some((member) => member.name === instanceOf(name, probeName)))
        .map(({ name, text }) => ({ name: instanceOf(name, instance), text })),
    ),
  );
}

/** How templates belong together, seen in instances of theirs with a name that is never sent anywhere. */
export function templateGroups(templates: readonly UnitText[]): readonly UnitGroup[] {
  return groupUnits(templates.map(({ name, text }) => ({ name: instanceOf(name, probeName), text })));
}

const probeName = 'instance';

/** A text on a machine may be anything; what can be read of it counts. The project's own texts have been checked. */
function rulesOf(unit: UnitText): PlacementRules {
  return readRules(optionsOf(readUnit(unit.text, unit.name).file), unit.name);
}

/** Follows `MachineOf=` to its end; a circle ends where it began. */
function mainOf(unit: GroupedUnit, byName: ReadonlyMap<string, GroupedUnit>): string {
  const seen = new Set([unit.name]);
  let main = unit.name;
  for (let next = unit.rules.machineOf[0]; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    main = next;
    next = byName.get(next)?.rules.machineOf[0];
  }
  return main;
}

function toGroup(main: string, units: readonly GroupedUnit[]): UnitGroup {
  const { prefix, instance } = parseUnitName(main);
  const sorted = [...units].sort(
    (a, b) => Number(b.name === main) - Number(a.name === main) || compareText(a.name, b.name),
  );
  return { service: prefix, main, units: sorted, ...(instance === undefined ? {} : { instance }) };
}
