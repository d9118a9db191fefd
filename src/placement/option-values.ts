import type { UnitOption } from '../unit/unit-file.ts';

/** The section that holds placement. Names are case-sensitive. */
export const fleetSection = 'X-Fleet';

/** The options of `[X-Fleet]` with the older names fleet still reads, in the order in which fleet looks at them. */
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

/** All values of an option under all its names, one line of quoted values taken apart, `Conflicts` also at whitespace. */
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

/** A line that begins and ends with `"` is a list split at spaces outside quotes; any other is one value. */
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
