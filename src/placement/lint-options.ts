import type { UnitOption } from '../unit/unit-file.ts';
import { compileGlob } from './glob.ts';
import {
  canonicalName,
  fleetSection,
  isBoolean,
  metadataPair,
  type OptionName,
  optionNames,
  valuesOfOption,
} from './option-values.ts';
import type { RuleProblem } from './rules.ts';

/** What fleet would ignore or misread without a message. */
export function lintOptions<O extends UnitOption>(options: readonly O[]): readonly RuleProblem<O>[] {
  return [...options.flatMap(lintName), ...options.flatMap(lintValue), ...lintRepeats(options)];
}

type Found<O> = { rule: string; severity: 'error' | 'warning'; message: string; hint: string; option: O };

function lintName<O extends UnitOption>(option: O): readonly Found<O>[] {
  const { section, name } = option;
  if (section !== fleetSection) {
    if (section.toLowerCase() !== fleetSection.toLowerCase()) return [];
    const message = `[${section}] is not read: section names are case-sensitive`;
    return [
      { rule: 'section-name-case', severity: 'error', message, hint: `write [${fleetSection}]`, option },
    ];
  }
  const known = canonicalName(name);
  if (known === undefined) {
    const near = Object.keys(optionNames).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    const message = `unrecognized requirement in [X-Fleet] section: "${name}"`;
    const hint = near ? `did you mean ${near}?` : `known are ${Object.keys(optionNames).join(', ')}`;
    return [{ rule: 'unknown-option', severity: 'error', message, hint, option }];
  }
  if (known === name) return [];
  return [
    {
      rule: 'legacy-option-name',
      severity: 'warning',
      message: `${name} is an older name of ${known}`,
      hint: `write ${known}=`,
      option,
    },
  ];
}

function lintValue<O extends UnitOption>(option: O): readonly Found<O>[] {
  const name = option.section === fleetSection ? canonicalName(option.name) : undefined;
  if (name === undefined) return [];
  return valuesOfOption([option], name).flatMap(({ text }) => {
    const found = valueProblem(name, option.value, text);
    return found ? [{ severity: 'error' as const, ...found, option }] : [];
  });
}

function valueProblem(
  name: OptionName,
  line: string,
  text: string,
): { rule: string; message: string; hint: string } | undefined {
  if (text === '')
    return { rule: 'empty-value', message: `${name}= holds an empty value`, hint: 'remove it' };
  if (name === 'Global') {
    if (isBoolean(text)) return undefined;
    return { rule: 'not-a-boolean', message: `Global=${text} is read as false`, hint: 'write true or false' };
  }
  if (name === 'Conflicts' || name === 'Replaces') {
    if (!compileGlob(text)) {
      return {
        rule: 'bad-pattern',
        message: `${name}=${text} matches nothing: malformed pattern`,
        hint: 'close the [',
      };
    }
  }
  if (/\s/.test(text) && !line.startsWith('"')) {
    const message = `${name}=${text} is one value with spaces in it, not a list`;
    const quoted = text.split(/\s+/).map((word) => `"${word.replace(/^'|'$/g, '')}"`);
    return { rule: 'unquoted-list', message, hint: `write one line each, or ${name}=${quoted.join(' ')}` };
  }
  if (name === 'MachineMetadata' && !metadataPair(text)) {
    const message = `MachineMetadata=${text} is ignored: it is not a key=value pair`;
    return { rule: 'metadata-pair-ignored', message, hint: 'write one =, with text on both sides' };
  }
  if (name === 'MachineOf' && /[*?[]/.test(text)) {
    const message = `MachineOf=${text} names a unit of exactly that name: patterns are not expanded`;
    return { rule: 'peer-is-a-pattern', message, hint: 'name the unit; %i stands for the instance' };
  }
  return undefined;
}

/** fleet reads the first MachineID and the last Global. */
function lintRepeats<O extends UnitOption>(options: readonly O[]): readonly Found<O>[] {
  const unread = [
    ...valuesOfOption(options, 'MachineID').slice(1),
    ...valuesOfOption(options, 'Global').slice(0, -1),
  ];
  return unread.map(({ text, option }) => ({
    rule: 'value-never-read',
    severity: 'error',
    message: `${option.name}=${text} is never read: another ${option.name}= decides`,
    hint: 'keep one',
    option,
  }));
}
