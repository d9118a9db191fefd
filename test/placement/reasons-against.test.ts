import { describe, expect, it } from 'vitest';
import { type PlacedUnit, reasonsAgainst } from '../../src/placement/reasons-against.ts';
import type { PlacementRules } from '../../src/placement/rules.ts';
import { anywhere } from './anywhere.ts';

const unit = (name: string, rules: Partial<PlacementRules> = {}): PlacedUnit => ({
  name,
  rules: { ...anywhere, ...rules },
});
const apache = unit('apache@7777.service');
const machine = {
  id: '0123456789abcdef0123456789abcdef',
  name: 'web-1',
  metadata: { disk: 'hdd', zone: 'a' },
};
const ssd = { key: 'disk', value: 'ssd' };
const hdd = { key: 'disk', value: 'hdd' };

interface Case {
  readonly name: string;
  readonly rules: Partial<PlacementRules>;
  readonly others?: readonly PlacedUnit[];
  readonly reasons: readonly string[];
}

describe('reasonsAgainst', () => {
  it.each<Case>([
    { name: 'no rules', rules: {}, others: [apache], reasons: [] },
    { name: 'full machine id', rules: { machineId: machine.id }, reasons: [] },
    { name: 'short machine id', rules: { machineId: '01234567' }, reasons: [] },
    {
      name: 'another prefix of the machine id',
      rules: { machineId: '0123' },
      reasons: [`MachineID=0123, and web-1 is ${machine.id}`],
    },
    { name: 'metadata that fits', rules: { metadata: [hdd] }, reasons: [] },
    { name: 'one of several values of a key', rules: { metadata: [ssd, hdd] }, reasons: [] },
    {
      name: 'metadata that differs',
      rules: { metadata: [ssd] },
      reasons: ['MachineMetadata wants disk=ssd, machine has disk=hdd'],
    },
    {
      name: 'every key must fit',
      rules: {
        metadata: [
          hdd,
          { key: 'zone', value: 'b' },
          { key: 'zone', value: 'c' },
          { key: 'rack', value: '1' },
        ],
      },
      reasons: [
        'MachineMetadata wants zone=b or zone=c, machine has zone=a',
        'MachineMetadata wants rack=1, machine has no rack',
      ],
    },
    {
      name: 'metadata named like a property of every object',
      rules: { metadata: [{ key: 'constructor', value: 'x' }] },
      reasons: ['MachineMetadata wants constructor=x, machine has no constructor'],
    },
    { name: 'peer on this machine', rules: { machineOf: [apache.name] }, others: [apache], reasons: [] },
    {
      name: 'peers elsewhere and nowhere',
      rules: { machineOf: ['apache@8888.service', 'absent.service'] },
      others: [apache],
      reasons: [
        'MachineOf=apache@8888.service, which is on web-2',
        'MachineOf=absent.service, which is on no machine',
      ],
    },
    {
      name: 'own conflict',
      rules: { conflicts: ['apache@*.service'] },
      others: [apache],
      reasons: ['Conflicts=apache@*.service with apache@7777.service'],
    },
    {
      name: "the other's conflict",
      rules: {},
      others: [unit('lb.service', { conflicts: ['unit*'] })],
      reasons: ['lb.service has Conflicts=unit*'],
    },
    {
      name: 'never in conflict with itself',
      rules: { conflicts: ['*'] },
      others: [unit('unit.service', { conflicts: ['*'] })],
      reasons: [],
    },
    { name: 'a malformed pattern', rules: { conflicts: ['[*'] }, others: [apache], reasons: [] },
    {
      name: 'replaces a neighbour',
      rules: { replaces: ['apache@*.service'] },
      others: [apache],
      reasons: ['Replaces=apache@*.service: apache@7777.service has to leave first'],
    },
    {
      name: 'is replaced by a neighbour',
      rules: {},
      others: [unit('new.service', { replaces: ['unit.service'] })],
      reasons: ['new.service has Replaces=unit.service'],
    },
    {
      name: 'mutual replacement counts for nothing',
      rules: { replaces: ['new.service'] },
      others: [unit('new.service', { replaces: ['unit.service'] })],
      reasons: [],
    },
  ])('$name', ({ rules, others = [], reasons }) => {
    const locate = (name: string): string | undefined =>
      name === 'apache@8888.service' ? 'web-2' : undefined;
    expect(reasonsAgainst(unit('unit.service', rules), machine, others, locate)).toEqual(reasons);
  });
});
