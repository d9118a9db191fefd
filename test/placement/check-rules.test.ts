import { describe, expect, it } from 'vitest';
import { checkRules } from '../../src/placement/check-rules.ts';
import { parseUnit } from '../../src/unit/parse.ts';
import { locatedOptionsOf } from '../../src/unit/unit-file.ts';

/** Checks `[X-Fleet]` lines, the first of them on line 2. */
function check(...lines: readonly string[]): ReturnType<typeof checkRules> {
  return checkRules(locatedOptionsOf(parseUnit(['[X-Fleet]', ...lines, ''].join('\n'))));
}

describe('what fleet refuses', () => {
  it.each<[lines: readonly string[], message: string]>([
    [
      ['MachineOf=a.service', 'Conflicts=*.service'],
      'unresolvable requirements: peer "a.service" matches conflict "*.service"',
    ],
    [
      ['MachineOf=a.service', 'Replaces=a.*'],
      'unresolvable requirements: peer "a.service" matches replace "a.*"',
    ],
    [['MachineOf=%p', 'Conflicts=%p*'], 'unresolvable requirements: peer "%p" matches conflict "%p*"'],
    [['MachineID=a', 'MachineOf=b.service'], 'MachineID cannot be used with Peers'],
    [['MachineID=a', 'Conflicts=b.service'], 'MachineID cannot be used with Conflicts'],
    [['MachineID=a', 'Global=true'], 'MachineID cannot be used with Global'],
    [['MachineID=a', 'Replaces=b.service'], 'MachineID cannot be used with Replaces'],
    [['Global=true', 'MachineOf=b.service'], 'Global cannot be used with Peers'],
    [['Global=true', 'Replaces=b.service'], 'Global cannot be used with Replaces'],
    [['Conflicts=a.service', 'Replaces=b.service'], 'Conflicts cannot be used with Replaces'],
  ])('%j: %s', (lines, message) => {
    const problems = check(...lines);
    expect(problems.map((problem) => [problem.severity, problem.message])).toEqual([['error', message]]);
  });

  it('names every refusal, the one fleet would answer first', () => {
    const problems = check('MachineID=a', 'MachineOf=b.service', 'Conflicts=c.service b.*');
    expect(problems.map((problem) => problem.message)).toEqual([
      'unresolvable requirements: peer "b.service" matches conflict "b.*"',
      'MachineID cannot be used with Peers',
      'MachineID cannot be used with Conflicts',
    ]);
  });

  it.each([
    [['MachineID=a', 'MachineMetadata=disk=ssd']],
    [['Global=true', 'Conflicts=a.service', 'MachineMetadata=disk=ssd']],
    [['Global=false', 'MachineOf=a.service']],
    [['MachineOf=apache-discovery@%i.service', 'Conflicts=apache@*.service']],
  ])('accepts %j', (lines) => {
    expect(check(...lines)).toEqual([]);
  });
});

describe('what fleet loses without a word', () => {
  it.each<[line: string, rule: string, severity: string]>([
    ['MachineMetadata=a=b c=d', 'unquoted-list', 'error'],
    ["MachineMetadata='a=b' 'c=d'", 'unquoted-list', 'error'],
    ['MachineMetadata=foo', 'metadata-pair-ignored', 'error'],
    ['MachineMetadata=k=v=w', 'metadata-pair-ignored', 'error'],
    ['MachineMetadata=', 'empty-value', 'error'],
    ['MachineOf=a.service b.service', 'unquoted-list', 'error'],
    ['MachineOf=a@*.service', 'peer-is-a-pattern', 'error'],
    ['Replaces=a.service b.service', 'unquoted-list', 'error'],
    ['Conflicts=a@[.service', 'bad-pattern', 'error'],
    ['Global=y', 'not-a-boolean', 'error'],
    ['Bogus=1', 'unknown-option', 'error'],
    ['machineof=a.service', 'unknown-option', 'error'],
    ['X-Conflicts=nginx.service', 'legacy-option-name', 'warning'],
    ['X-ConditionMachineOf=a.service', 'legacy-option-name', 'warning'],
  ])('%s: %s', (line, rule, severity) => {
    const problems = check(line);
    expect(problems.map((problem) => [problem.rule, problem.severity])).toEqual([[rule, severity]]);
    expect(problems[0]?.option).toMatchObject({ line: 2 });
    expect(problems[0]?.hint).toBeTruthy();
  });

  it('names the line of a value that another one overrides', () => {
    const problems = check('MachineID=a', 'MachineID=b', '[x-fleet]', 'Global=true');
    expect(problems.map(({ rule, option }) => [rule, option])).toMatchObject([
      ['section-name-case', { line: 5 }],
      ['value-never-read', { line: 3 }],
    ]);
  });

  it('suggests the right spelling', () => {
    expect(check('machineof=a.service')[0]?.hint).toBe('did you mean MachineOf?');
    expect(check("MachineMetadata='a=b' 'c=d'")[0]?.hint).toContain('MachineMetadata="a=b" "c=d"');
  });
});
