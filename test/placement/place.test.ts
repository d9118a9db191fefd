import { describe, expect, it } from 'vitest';
import { type Placement, place } from '../../src/placement/place.ts';
import type { PlacedUnit } from '../../src/placement/reasons-against.ts';
import type { Machine, PlacementRules } from '../../src/placement/rules.ts';
import { cpuTime } from '../cpu-time.ts';
import { anywhere } from './anywhere.ts';
import { breaches } from './legality.ts';

const unit = (name: string, rules: Partial<PlacementRules> = {}): PlacedUnit => ({
  name,
  rules: { ...anywhere, ...rules },
});
const machine = (id: string, metadata: Record<string, string> = {}): Machine => ({ id, metadata });
const three = [machine('m1'), machine('m2'), machine('m3')];

interface Case {
  readonly name: string;
  readonly units: readonly PlacedUnit[];
  readonly machines?: readonly Machine[];
  readonly current?: Readonly<Record<string, readonly string[]>>;
  readonly placed: Readonly<Record<string, readonly string[]>>;
}

const apache = (port: number): PlacedUnit =>
  unit(`apache@${port}.service`, { conflicts: ['apache@*.service'] });
const discovery = (port: number): PlacedUnit =>
  unit(`apache-discovery@${port}.service`, { machineOf: [`apache@${port}.service`] });
const loadBalancer = unit('nginx_lb.service', { conflicts: ['nginx.service', 'apache@*.service'] });

const cases: readonly Case[] = [
  {
    name: 'the tutorial: two apaches with their sidekicks and a load balancer on three machines',
    units: [loadBalancer, discovery(7777), apache(7777), discovery(8888), apache(8888)],
    placed: {
      'apache-discovery@7777.service': ['m1'],
      'apache-discovery@8888.service': ['m2'],
      'apache@7777.service': ['m1'],
      'apache@8888.service': ['m2'],
      'nginx_lb.service': ['m3'],
    },
  },
  {
    name: 'units without rules go to the machine with the fewest',
    units: ['a', 'b', 'c', 'd'].map((letter) => unit(`${letter}.service`)),
    placed: { 'a.service': ['m1'], 'b.service': ['m2'], 'c.service': ['m3'], 'd.service': ['m1'] },
  },
  {
    name: 'a unit that fits one machine only goes there first',
    machines: [machine('m1', { disk: 'ssd' }), machine('m2')],
    units: [
      unit('a.service', { conflicts: ['*'] }),
      unit('z.service', { metadata: [{ key: 'disk', value: 'ssd' }] }),
    ],
    placed: { 'a.service': ['m2'], 'z.service': ['m1'] },
  },
  {
    name: 'a main goes where its sidekick fits too, though another machine is emptier',
    machines: [machine('m1'), machine('m2', { disk: 'ssd' })],
    units: [
      unit('resident.service'),
      unit('main.service'),
      unit('side.service', { machineOf: ['main.service'], metadata: [{ key: 'disk', value: 'ssd' }] }),
    ],
    current: { 'resident.service': ['m2'] },
    placed: { 'main.service': ['m2'], 'resident.service': ['m2'], 'side.service': ['m2'] },
  },
  {
    name: 'a chain of dependents stays together',
    units: [
      unit('c.service', { machineOf: ['b.service'] }),
      unit('b.service', { machineOf: ['a.service'] }),
      unit('a.service', { metadata: [{ key: 'zone', value: 'b' }] }),
    ],
    machines: [machine('m1'), machine('m2', { zone: 'b' })],
    placed: { 'a.service': ['m2'], 'b.service': ['m2'], 'c.service': ['m2'] },
  },
  {
    name: 'a main runs even where its sidekick can run nowhere',
    units: [
      unit('main.service'),
      unit('side.service', { machineOf: ['main.service'], metadata: [{ key: 'disk', value: 'tape' }] }),
    ],
    placed: { 'main.service': ['m1'] },
  },
  {
    name: 'units that wait for each other, or for a unit that does not exist, run nowhere',
    units: [
      unit('a.service', { machineOf: ['b.service'] }),
      unit('b.service', { machineOf: ['a.service'] }),
      unit('c.service', { machineOf: ['absent.service'] }),
      unit('d.service', { machineOf: ['d.service'] }),
    ],
    placed: {},
  },
  {
    name: 'nothing moves to make machines even',
    units: [unit('a.service'), unit('b.service'), unit('c.service')],
    current: { 'a.service': ['m3'], 'b.service': ['m3'] },
    placed: { 'a.service': ['m3'], 'b.service': ['m3'], 'c.service': ['m1'] },
  },
  {
    name: 'when a machine is gone its units move together, the others stay',
    units: [apache(7777), discovery(7777), apache(8888), discovery(8888)],
    machines: [machine('m2'), machine('m3')],
    current: {
      'apache@7777.service': ['m1'],
      'apache-discovery@7777.service': ['m1'],
      'apache@8888.service': ['m2'],
      'apache-discovery@8888.service': ['m2'],
    },
    placed: {
      'apache-discovery@7777.service': ['m3'],
      'apache-discovery@8888.service': ['m2'],
      'apache@7777.service': ['m3'],
      'apache@8888.service': ['m2'],
    },
  },
  {
    name: 'a new sidekick goes to its main, wherever that is',
    units: [apache(7777), discovery(7777)],
    current: { 'apache@7777.service': ['m3'] },
    placed: { 'apache-discovery@7777.service': ['m3'], 'apache@7777.service': ['m3'] },
  },
  {
    name: 'a main that is down comes back where its sidekick still is',
    units: [apache(7777), discovery(7777)],
    current: { 'apache-discovery@7777.service': ['m2'] },
    placed: { 'apache-discovery@7777.service': ['m2'], 'apache@7777.service': ['m2'] },
  },
  {
    name: 'a global unit goes everywhere its metadata allows',
    machines: [machine('m1', { disk: 'ssd' }), machine('m2'), machine('m3', { disk: 'ssd' })],
    units: [unit('agent.service', { global: true, metadata: [{ key: 'disk', value: 'ssd' }] })],
    placed: { 'agent.service': ['m1', 'm3'] },
  },
  {
    name: 'a new global unit drives out nothing that runs, but comes before other new units',
    units: [
      unit('agent.service', { global: true, conflicts: ['a.service', 'b.service'] }),
      unit('a.service'),
      unit('b.service'),
    ],
    current: { 'a.service': ['m1'] },
    placed: { 'a.service': ['m1'], 'agent.service': ['m2', 'm3'], 'b.service': ['m1'] },
  },
  {
    name: 'a follower of a global unit goes to a machine that has it',
    machines: [machine('m1'), machine('m2', { zone: 'b' })],
    units: [
      unit('agent.service', { global: true, metadata: [{ key: 'zone', value: 'b' }] }),
      unit('side.service', { machineOf: ['agent.service'] }),
    ],
    placed: { 'agent.service': ['m2'], 'side.service': ['m2'] },
  },
  {
    name: 'a unit and what it replaces are kept apart, and what runs stays',
    units: [unit('new.service', { replaces: ['old.service'] }), unit('old.service')],
    current: { 'old.service': ['m1'] },
    placed: { 'new.service': ['m2'], 'old.service': ['m1'] },
  },
  {
    name: 'units that replace each other are not kept apart',
    units: [unit('a.service', { replaces: ['b.service'] }), unit('b.service', { replaces: ['a.service'] })],
    machines: [machine('m1')],
    placed: { 'a.service': ['m1'], 'b.service': ['m1'] },
  },
  { name: 'no machines, no placement', machines: [], units: [unit('a.service')], placed: {} },
];

describe('place', () => {
  it.each(cases)('$name', ({ units, machines = three, current = {}, placed }) => {
    const result = place({ units, machines, current: new Map(Object.entries(current)) });
    expect(Object.fromEntries(result.placed)).toEqual(placed);
  });

  it('says what speaks against each machine', () => {
    const machines = [
      { ...machine('m1', { disk: 'hdd' }), name: 'web-1' },
      { ...machine('m2', { disk: 'ssd' }), name: 'web-2' },
    ];
    const units = [
      unit('apache@7777.service'),
      unit('lb.service', { conflicts: ['apache@*.service'], metadata: [{ key: 'disk', value: 'ssd' }] }),
      unit('side.service', { machineOf: ['lb.service'] }),
    ];
    const current = new Map([['apache@7777.service', ['m2']]]);
    expect(place({ units, machines, current }).unplaced).toEqual([
      {
        unit: 'lb.service',
        reasons: [
          { machine: 'm1', reasons: ['MachineMetadata wants disk=ssd, machine has disk=hdd'] },
          { machine: 'm2', reasons: ['Conflicts=apache@*.service with apache@7777.service'] },
        ],
      },
      {
        unit: 'side.service',
        reasons: [
          { machine: 'm1', reasons: ['MachineOf=lb.service, which is on no machine'] },
          { machine: 'm2', reasons: ['MachineOf=lb.service, which is on no machine'] },
        ],
      },
    ]);
  });
});

describe('a large cluster', () => {
  const machines = Array.from({ length: 300 }, (_, index) =>
    machine(`m${String(index).padStart(3, '0')}`, { zone: index % 3 === 0 ? 'a' : 'b' }),
  );
  const pairs = Array.from({ length: 290 }, (_, index) => [
    apache(7000 + index),
    discovery(7000 + index),
  ]).flat();
  const plain = Array.from({ length: 400 }, (_, index) => unit(`plain@${index}.service`));
  const balancers = Array.from({ length: 20 }, (_, index) =>
    unit(`nginx_lb@${index}.service`, { conflicts: ['nginx_lb@*.service', 'apache@*.service'] }),
  );
  const units = [...plain, ...pairs, ...balancers];

  it('places 1,000 units on 300 machines quickly, also where ten cannot run', () => {
    let placed: Placement['placed'] = new Map();
    let unplaced: Placement['unplaced'] = [];
    const took = cpuTime(() => {
      ({ placed, unplaced } = place({ units, machines, current: new Map() }));
    });
    expect(placed.size).toBe(units.length - 10);
    expect(unplaced).toHaveLength(10);
    expect(took).toBeLessThan(4000);
    expect(breaches(units, machines.slice(0, 5), placed)).toEqual([]);
  });

  it('finds the machine that suits main and sidekick at once, without trying all others first', () => {
    const picky = Array.from({ length: 90 }, (_, index) => [
      apache(7000 + index),
      {
        ...discovery(7000 + index),
        rules: { ...discovery(7000 + index).rules, metadata: [{ key: 'zone', value: 'a' }] },
      },
    ]).flat();
    const reversed = machines.map((one, index) => ({ ...one, metadata: { zone: index < 200 ? 'b' : 'a' } }));
    const { placed } = place({ units: picky, machines: reversed, current: new Map() });
    expect(placed.size).toBe(picky.length);
    expect(breaches(picky, reversed, placed)).toEqual([]);
  });
});
