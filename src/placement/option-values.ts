import type { UnitOption } from '../unit/unit-file.ts';
import type { MetadataPair } from './rules.ts';

/** The section that holds placement. Names are case-sensitive. */
export const fleetSection = 'X-Fleet';

/** The options of `[X-Fleet]` with the older names fleet still reads, in fleet's order of precedence. */
export const optionNames = {
  MachineID: ['MachineID', 'X-ConditionMachineID', 'X-ConditionMachineBootID'],
  MachineOf: ['X-ConditionMachineOf', 'MachineOf'],
  MachineMetadata: ['X-ConditionMachineMetadata', 'MachineMetadata'],
  Conflicts: ['X-Conflicts', 'Conflicts'],
  Global: ['Global'],
  Replaces: ['Replaces'],
} as const satisfies Record<string, readonly string[]>;

export type OptionName = keyof typeof optionNames;

/** One value of an option and the assignment it came from. */
export interface OptionValue<O extends UnitOption> {
  readonly text: string;
  readonly option: O;
}

/** All values of an option under all its names: a quoted list is split, and `Conflicts` also at whitespace. */
export function valuesOfOption<O extends UnitOption>(
  options: readonly O[],
  name: OptionName,
): readonly OptionValue<O>[] {
  return optionNames[name].flatMap((alias) =>
    options
      .filter((option) => option.section === fleetSection && option.name === alias)
      .flatMap((option) =>
        splitQuoted(option.value)
          .flatMap((text) => (name === 'Conflicts' ? text.split(/\s+/).filter(Boolean) : [text]))
          .map((text) => ({ text, option })),
      ),
  );
}

/** A line that begins and ends with `"` is a list, split at spaces outside quotes; any other line is one value. */
function splitQuoted(line: string): readonly string[] {
  if (!line.startsWith('"') || !line.endsWith('"')) return [line];
  const values: string[] = [];
  let value = '';
  let quoted = false;
  for (const char of line) {
    if (char === '"') quoted = !quoted;
    else if (char === ' ' && !quoted) {
      values.push(value);
      value = '';
    } else value += char;
  }
  return [...values, value];
}

/** The canonical option an option name stands for, if fleet knows it. */
export function canonicalName(name: string): OptionName | undefined {
  return (Object.keys(optionNames) as OptionName[]).find((key) =>
    (optionNames[key] as readonly string[]).includes(name),
  );
}

const trueWords: readonly string[] = ['true', 'yes', '1', 'on', 't'];
const falseWords: readonly string[] = ['false', 'no', '0', 'off', 'f'];

/** Whether fleet reads a value of `Global=` as true; it reads everything else as false. */
export function isTrue(text: string): boolean {
  return trueWords.includes(text.toLowerCase());
}

/** Whether a value of `Global=` clearly means true or false. */
export function isBoolean(text: string): boolean {
  return isTrue(text) || falseWords.includes(text.toLowerCase());
}

/** The pair in `key=value`; undefined where fleet would ignore it: no `=`, two of them, or an empty side. */
export function metadataPair(text: string): MetadataPair | undefined {
  const [key, value, ...rest] = text.split('=');
  return key && value && rest.length === 0 ? { key, value } : undefined;
}
