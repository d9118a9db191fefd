import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import { compareText } from '../unit/compare.ts';
import { instanceOf, parseUnitName } from '../unit/name.ts';
import { type ParsedUnit, toParsedUnit } from './parsed-unit.ts';

/** A unit file as it is sent to a machine, or lies on one. */
export interface UnitText {
  readonly name: string;
  readonly text: string;
}

/**
 * One instance as one atom: its main unit and the sidekicks that share its machine.
 * Found in the units themselves, so that units written by hand group like rendered ones.
 */
export interface UnitGroup {
  /** The main unit's prefix: `apache`, `nginx_lb`. */
  readonly service: string;
  /** Absent for a unit with one copy, and for a group of templates. */
  readonly instance?: string;
  /** The main unit's name; it may be missing from `units` where only a sidekick was found. */
  readonly main: string;
  /** The main unit first, then its sidekicks in name order. */
  readonly units: readonly ParsedUnit[];
}

/**
 * Groups units by the one their `MachineOf=` leads to, in the order of the main units' names. Templates form groups, too:
 * `%i` stands for nothing in a template, so that `MachineOf=apache@%i.service` names the template `apache@.service`.
 */
export function groupUnits(units: readonly ParsedUnit[]): readonly UnitGroup[] {
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  const members = new Map<string, ParsedUnit[]>();
  for (const unit of units) {
    const main = mainOf(unit, byName);
    members.set(main, [...(members.get(main) ?? []), unit]);
  }
  return [...members].sort(([a], [b]) => compareText(a, b)).map(([main, group]) => toGroup(main, group));
}

/**
 * The units of these instances of a service: each template that belongs to it, under the instance's name.
 * @throws CoreshipError `usage` where the service has no template, or an instance name is refused
 */
export function instantiate(
  service: string,
  instances: readonly string[],
  units: readonly ParsedUnit[],
): readonly UnitGroup[] {
  const templates = units.filter(({ name }) => parseUnitName(name).isTemplate);
  const own = groupUnits(templates).find((group) => group.service === service)?.units ?? [];
  if (own.length === 0) {
    throw new CoreshipError('usage', `${service} has no template unit`, {
      hint: `unit-templates/${service}@.service is missing; for a unit with one copy, run: coreship deploy ${service}`,
    });
  }
  return groupUnits(
    instances.flatMap((instance) =>
      own.map((template) => toParsedUnit(instanceOf(template.name, instance), template)),
    ),
  );
}

/** Follows `MachineOf=` to its end; a circle ends where it began. */
function mainOf(unit: ParsedUnit, byName: ReadonlyMap<string, ParsedUnit>): string {
  const seen = new Set([unit.name]);
  let main = unit.name;
  for (let next = unit.rules.machineOf[0]; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    main = next;
    next = byName.get(next)?.rules.machineOf[0];
  }
  return main;
}

function toGroup(main: string, units: readonly ParsedUnit[]): UnitGroup {
  const { prefix, instance } = parseUnitName(main);
  const sorted = [...units].sort(
    (a, b) => Number(b.name === main) - Number(a.name === main) || compareText(a.name, b.name),
  );
  return { service: prefix, main, units: sorted, ...defined({ instance }) };
}
