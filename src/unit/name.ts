import { CoreshipError } from '../errors.ts';
import { escapeInstance } from './escape.ts';

/** The parts of a unit name (systemd.unit(5)): `apache@7777.service` has prefix `apache` and instance `7777`. */
export interface UnitName {
  readonly name: string;
  /** The part before the first `@`, or before the type where there is no `@`. */
  readonly prefix: string;
  /** The part between the first `@` and the type; absent for templates and plain units. */
  readonly instance?: string;
  readonly type: UnitType;
  /** Whether this is a template, such as `apache@.service`. */
  readonly isTemplate: boolean;
}

/** The unit types of systemd. */
const unitTypes = [
  'service',
  'socket',
  'target',
  'timer',
  'path',
  'mount',
  'automount',
  'swap',
  'device',
  'slice',
  'scope',
] as const;
export type UnitType = (typeof unitTypes)[number];

/** The types of which both systemd and fleet support instances. */
const templatedTypes: readonly UnitType[] = ['service', 'socket', 'target', 'timer', 'path'];

/** systemd's limit; fleet's is 256. */
const longestName = 255;

/**
 * Parses a unit name and checks it by the rules of both systemd and fleet.
 * @throws CoreshipError `config` saying what is wrong
 */
export function parseUnitName(name: string): UnitName {
  const dot = name.lastIndexOf('.');
  const type = unitTypes.find((known) => known === name.slice(dot + 1));
  const stem = name.slice(0, Math.max(dot, 0));
  const at = stem.indexOf('@');
  const odd = /[^A-Za-z0-9:_.\\@-]/u.exec(stem)?.[0];
  const fail = (what: string, hint?: string): CoreshipError =>
    new CoreshipError(
      'config',
      `unit name ${JSON.stringify(name)} ${what}`,
      hint === undefined ? {} : { hint },
    );

  if (name === '') throw fail('is empty');
  if (dot < 0) throw fail('has no type', `did you mean ${name}.service?`);
  if (type === undefined) throw fail('has an unknown type', `known are ${unitTypes.join(', ')}`);
  if (odd !== undefined)
    throw fail(`has the character ${JSON.stringify(odd)}`, 'allowed are letters, digits and : - _ . \\ @');
  if (stem === '' || at === 0) throw fail(`has nothing before the ${at === 0 ? '@' : 'type'}`);
  if (name.length > longestName)
    throw fail(`is ${name.length} characters long`, `${longestName} are allowed`);
  if (at < 0) return { name, prefix: stem, type, isTemplate: false };
  if (!templatedTypes.includes(type)) {
    throw fail(
      'is an instance of a type without templates',
      `only ${templatedTypes.join(', ')} have templates`,
    );
  }
  const instance = stem.slice(at + 1);
  const parts = { name, prefix: stem.slice(0, at), type, isTemplate: instance === '' };
  return instance === '' ? parts : { ...parts, instance };
}

/**
 * The name of a template's instance: `apache@.service` and `7777` give `apache@7777.service`. An instance name is used in
 * paths and command lines, so it may hold only letters, digits, `: _ . - @` and `\xNN` escapes.
 * @throws CoreshipError `usage` where the instance name is refused, `config` where `template` is not a template
 */
export function instanceOf(template: string, instance: string): string {
  const { prefix, type, isTemplate } = parseUnitName(template);
  if (!isTemplate) {
    throw new CoreshipError('config', `${template} is not a template`, {
      hint: `templates look like ${prefix}@.${type}`,
    });
  }
  if (!/^(?!\.+$)(?:[A-Za-z0-9:_.@-]|\\x[0-9a-f]{2})+$/.test(instance)) {
    throw new CoreshipError('usage', `${JSON.stringify(instance)} is not an instance name`, {
      hint: `allowed are letters, digits and : _ . - @${escapedForm(instance)}`,
    });
  }
  return parseUnitName(`${prefix}@${instance}.${type}`).name;
}

/** The template of an instance: `apache@.service` for `apache@7777.service`; undefined for templates and plain units. */
export function templateOf(name: string): string | undefined {
  const { prefix, instance, type } = parseUnitName(name);
  return instance === undefined ? undefined : `${prefix}@.${type}`;
}

function escapedForm(instance: string): string {
  return instance === '' || instance.includes('\0')
    ? ''
    : `; escaped as systemd-escape does it: ${escapeInstance(instance)}`;
}
