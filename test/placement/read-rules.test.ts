import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/placement/read-rules.ts';
import type { PlacementRules } from '../../src/placement/rules.ts';
import { parseUnit } from '../../src/unit/parse.ts';
import { locatedOptionsOf } from '../../src/unit/unit-file.ts';
import { anywhere } from './anywhere.ts';

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
    expect(read(...lines)).toEqual({ ...anywhere, ...rules });
  });
});
