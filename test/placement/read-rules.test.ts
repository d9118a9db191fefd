import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/placement/read-rules.ts';
import { anywhere, type PlacementRules } from '../../src/placement/rules.ts';
import { parseUnit } from '../../src/unit/parse.ts';
import { locatedOptionsOf } from '../../src/unit/unit-file.ts';

/** Reads `[X-Fleet]` lines as those of apache@7777.service. */
function read(...lines: readonly string[]): ReturnType<typeof readRules> {
  const options = locatedOptionsOf(parseUnit(['[X-Fleet]', ...lines, ''].join('\n')));
  return readRules(options, 'apache@7777.service');
}

describe('rules', () => {
  it.each<{ name: string; lines: readonly string[]; rules: Partial<PlacementRules> }>([
    { name: 'nothing', lines: [], rules: {} },
    { name: 'the first MachineID', lines: ['MachineID=one', 'MachineID=two'], rules: { machineId: 'one' } },
    {
      name: 'the modern name of MachineID before the older ones',
      lines: ['X-ConditionMachineBootID=c', 'X-ConditionMachineID=b', 'MachineID=a'],
      rules: { machineId: 'a' },
    },
    {
      name: 'X-ConditionMachineID before X-ConditionMachineBootID',
      lines: ['X-ConditionMachineBootID=c', 'X-ConditionMachineID=b'],
      rules: { machineId: 'b' },
    },
    { name: 'an empty MachineID fits no machine', lines: ['MachineID='], rules: { machineId: '' } },
    {
      name: 'peers under both names, the older first',
      lines: ['MachineOf=b.service', 'X-ConditionMachineOf=a.service', 'MachineOf="c.service" "d.service"'],
      rules: { machineOf: ['a.service', 'b.service', 'c.service', 'd.service'] },
    },
    {
      name: 'peers that are not quoted are one peer',
      lines: ['MachineOf=a.service b.service'],
      rules: { machineOf: ['a.service b.service'] },
    },
    {
      name: 'metadata under both names, quoted lists taken apart',
      lines: [
        'MachineMetadata="disk=ssd" "zone=a"',
        'X-ConditionMachineMetadata=rack=1',
        'MachineMetadata=zone=b',
      ],
      rules: {
        metadata: [
          { key: 'rack', value: '1' },
          { key: 'disk', value: 'ssd' },
          { key: 'zone', value: 'a' },
          { key: 'zone', value: 'b' },
        ],
      },
    },
    {
      name: 'metadata that fleet passes over',
      lines: ['a=b c=d', "'a=b' 'c=d'", 'foo', 'k=v=w', '=v', 'k='].map(
        (value) => `MachineMetadata=${value}`,
      ),
      rules: {},
    },
    {
      name: 'a quoted value may hold spaces; two spaces between make an empty value',
      lines: ['MachineMetadata="owner=web team"  "zone=a"', 'MachineOf="a.service"  "b.service"'],
      rules: {
        machineOf: ['a.service', '', 'b.service'],
        metadata: [
          { key: 'owner', value: 'web team' },
          { key: 'zone', value: 'a' },
        ],
      },
    },
    {
      name: 'conflicts split at whitespace, quoted or not, older name first',
      lines: [
        'Conflicts=a@*.service\tb.service',
        'X-Conflicts=nginx.service',
        'Conflicts="c.service" "d.service"',
      ],
      rules: { conflicts: ['nginx.service', 'a@*.service', 'b.service', 'c.service', 'd.service'] },
    },
    { name: 'the last Global', lines: ['Global=true', 'Global=no'], rules: { global: false } },
    ...['true', 'TRUE', 'yes', '1', 'on', 't'].map((word) => ({
      name: `Global=${word}`,
      lines: [`Global=${word}`],
      rules: { global: true },
    })),
    ...['false', '', 'y', 'truely', '2'].map((word) => ({
      name: `Global=${word}`,
      lines: [`Global=${word}`],
      rules: { global: false },
    })),
    {
      name: 'replaced units are not split at whitespace',
      lines: ['Replaces=a.service b.service'],
      rules: { replaces: ['a.service b.service'] },
    },
    {
      name: 'specifiers',
      lines: ['MachineOf=%p-discovery@%i.service', 'Conflicts=%n %N %H', 'MachineMetadata=port=%i'],
      rules: {
        machineOf: ['apache-discovery@7777.service'],
        conflicts: ['apache@7777.service', 'apache@7777', '%H'],
        metadata: [{ key: 'port', value: '7777' }],
      },
    },
    { name: 'other sections and spellings', lines: ['machineof=a', '[x-fleet]', 'Global=true'], rules: {} },
  ])('$name', ({ lines, rules }) => {
    expect(read(...lines).rules).toEqual({ ...anywhere, ...rules });
  });
});

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
    const { problems } = read(...lines);
    expect(problems.map((problem) => [problem.severity, problem.message])).toEqual([['error', message]]);
  });

  it('names every refusal, the one fleet would answer first', () => {
    const { problems } = read('MachineID=a', 'MachineOf=b.service', 'Conflicts=c.service b.*');
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
    expect(read(...lines).problems).toEqual([]);
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
    const { problems } = read(line);
    expect(problems.map((problem) => [problem.rule, problem.severity])).toEqual([[rule, severity]]);
    expect(problems[0]?.option).toMatchObject({ line: 2 });
    expect(problems[0]?.hint).toBeTruthy();
  });

  it('names the line of a value that another one overrides', () => {
    const { problems } = read('MachineID=a', 'MachineID=b', '[x-fleet]', 'Global=true');
    expect(problems.map(({ rule, option }) => [rule, option])).toMatchObject([
      ['section-name-case', { line: 5 }],
      ['value-never-read', { line: 3 }],
    ]);
  });

  it('suggests the right spelling', () => {
    expect(read('machineof=a.service').problems[0]?.hint).toBe('did you mean MachineOf?');
    expect(read("MachineMetadata='a=b' 'c=d'").problems[0]?.hint).toContain('MachineMetadata="a=b" "c=d"');
  });
});
