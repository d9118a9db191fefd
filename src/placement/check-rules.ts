import type { UnitOption } from '../unit/unit-file.ts';
import { globMatches } from './glob.ts';
import { lintOptions } from './lint-options.ts';
import { isTrue, valuesOfOption } from './option-values.ts';
import type { RuleProblem } from './rules.ts';

/**
 * What is wrong with the `[X-Fleet]` options of a unit: what fleet would refuse (rules `unresolvable-requirements` and
 * `incompatible-options`, first, in fleet's words and order), then what fleet would ignore or misread without a message.
 * Options that carry a line keep it in the problems.
 */
export function checkRules<O extends UnitOption>(options: readonly O[]): readonly RuleProblem<O>[] {
  return [...refusals(options), ...lintOptions(options)];
}

/**
 * Why fleet would refuse a unit with these options, in fleet's words; fleet answers with the first of them.
 * Specifiers in patterns are not expanded here: fleet compares them as written.
 */
export function refusals<O extends UnitOption>(options: readonly O[]): readonly RuleProblem<O>[] {
  const peers = valuesOfOption(options, 'MachineOf');
  const conflicts = valuesOfOption(options, 'Conflicts');
  const replaces = valuesOfOption(options, 'Replaces');
  const [machineId] = valuesOfOption(options, 'MachineID');
  const lastGlobal = valuesOfOption(options, 'Global').at(-1);
  const global = lastGlobal && isTrue(lastGlobal.text) ? lastGlobal : undefined;

  const unresolvable = (word: string, patterns: typeof conflicts): readonly RuleProblem<O>[] =>
    peers.flatMap((peer) =>
      patterns
        .filter((pattern) => globMatches(pattern.text, peer.text))
        .map((pattern) => ({
          rule: 'unresolvable-requirements',
          severity: 'error' as const,
          message: `unresolvable requirements: peer "${peer.text}" matches ${word} "${pattern.text}"`,
          hint: `the unit must run both with ${peer.text} and apart from it: narrow the pattern or drop MachineOf`,
          option: pattern.option,
        })),
    );
  const incompatible = (
    one: { readonly option: O } | undefined,
    oneName: string,
    other: { readonly option: O } | undefined,
    otherName: string,
  ): readonly RuleProblem<O>[] =>
    one && other
      ? [
          {
            rule: 'incompatible-options',
            severity: 'error',
            message: `${oneName} cannot be used with ${otherName}`,
            hint: 'keep one of the two',
            option: one.option,
          },
        ]
      : [];

  return [
    ...unresolvable('conflict', conflicts),
    ...unresolvable('replace', replaces),
    ...incompatible(machineId, 'MachineID', peers[0], 'Peers'),
    ...incompatible(machineId, 'MachineID', conflicts[0], 'Conflicts'),
    ...incompatible(machineId, 'MachineID', global, 'Global'),
    ...incompatible(machineId, 'MachineID', replaces[0], 'Replaces'),
    ...incompatible(global, 'Global', peers[0], 'Peers'),
    ...incompatible(global, 'Global', replaces[0], 'Replaces'),
    ...incompatible(conflicts[0], 'Conflicts', replaces[0], 'Replaces'),
  ];
}
