import { describe, expect, it } from 'vitest';
import { type ParsedUnit, parseUnitText } from '../../src/services/parsed-unit.ts';
import { groupUnits, instantiate } from '../../src/services/unit-groups.ts';

/** A unit that goes where another is, or anywhere. */
function unit(name: string, machineOf?: string): ParsedUnit {
  const placement = machineOf === undefined ? '' : `\n[X-Fleet]\nMachineOf=${machineOf}\n`;
  return parseUnitText(name, `[Service]\nExecStart=/bin/true\n${placement}`);
}

const shape = (units: readonly ParsedUnit[]) =>
  groupUnits(units).map(({ service, instance, main, units: members }) => ({
    service,
    instance,
    main,
    units: members.map(({ name }) => name),
  }));

describe('groupUnits', () => {
  it.each<[name: string, units: readonly ParsedUnit[], groups: object[]]>([
    ['nothing', [], []],
    [
      'a unit of its own',
      [unit('nginx_lb.service')],
      [{ service: 'nginx_lb', instance: undefined, main: 'nginx_lb.service', units: ['nginx_lb.service'] }],
    ],
    [
      'a sidekick, named through a specifier and listed first',
      [unit('apache-discovery@7777.service', 'apache@%i.service'), unit('apache@7777.service')],
      [
        {
          service: 'apache',
          instance: '7777',
          main: 'apache@7777.service',
          units: ['apache@7777.service', 'apache-discovery@7777.service'],
        },
      ],
    ],
    [
      'a sidekick whose main unit is missing',
      [unit('apache-discovery@7777.service', 'apache@7777.service')],
      [
        {
          service: 'apache',
          instance: '7777',
          main: 'apache@7777.service',
          units: ['apache-discovery@7777.service'],
        },
      ],
    ],
    [
      'a chain: the sidekick of a sidekick, and names in order',
      [
        unit('z@1.service', 'b@1.service'),
        unit('c@1.service', 'b@1.service'),
        unit('b@1.service', 'a@1.service'),
        unit('a@1.service'),
      ],
      [
        {
          service: 'a',
          instance: '1',
          main: 'a@1.service',
          units: ['a@1.service', 'b@1.service', 'c@1.service', 'z@1.service'],
        },
      ],
    ],
    [
      'two instances, kept apart and in order of their names',
      [unit('a@2.service'), unit('d@2.service', 'a@%i.service'), unit('a@1.service')],
      [
        { service: 'a', instance: '1', main: 'a@1.service', units: ['a@1.service'] },
        { service: 'a', instance: '2', main: 'a@2.service', units: ['a@2.service', 'd@2.service'] },
      ],
    ],
    [
      'templates, by their own names',
      [unit('apache-discovery@.service', 'apache@%i.service'), unit('apache@.service')],
      [
        {
          service: 'apache',
          instance: undefined,
          main: 'apache@.service',
          units: ['apache@.service', 'apache-discovery@.service'],
        },
      ],
    ],
  ])('%s', (_, units, groups) => {
    expect(shape(units)).toEqual(groups);
  });

  it('ends on a circle, with every unit in exactly one group', () => {
    const names = ['a.service', 'b.service'];
    const groups = shape([unit('a.service', 'b.service'), unit('b.service', 'a.service')]);
    expect(groups.flatMap(({ units }) => units).sort()).toEqual(names);
  });

  it('does not depend on the order of the units', () => {
    const units = [unit('a@1.service'), unit('d@1.service', 'a@1.service'), unit('b.service')];
    expect(groupUnits([...units].reverse())).toEqual(groupUnits(units));
  });
});

describe('instantiate', () => {
  const templates = [
    unit('apache@.service'),
    unit('apache-discovery@.service', 'apache@%i.service'),
    unit('other@.service'),
    unit('single.service'),
  ];

  it('gives each instance every template that belongs to the service, and nothing else', () => {
    const groups = instantiate('apache', ['8888', '7777'], templates);
    expect(groups.map(({ units }) => units.map(({ name }) => name))).toEqual([
      ['apache@7777.service', 'apache-discovery@7777.service'],
      ['apache@8888.service', 'apache-discovery@8888.service'],
    ]);
    expect(templates.map((template) => template.unit)).toContain(groups[0]?.units[0]?.unit);
    expect(groups[0]?.units[0]?.text).toBe(unit('apache@.service').text);
  });

  it('reads rules for the instance: MachineOf names its own main unit', () => {
    const [group] = instantiate('apache', ['7777'], templates);
    expect(group?.units[1]?.rules.machineOf).toEqual(['apache@7777.service']);
  });

  it.each(['nothing', 'single', 'apache-discovery'])(
    'refuses %s, which is no service with a template',
    (service) => {
      expect(() => instantiate(service, ['1'], templates)).toThrow(
        expect.objectContaining({ code: 'usage' }),
      );
    },
  );

  it.each(['../x', 'a b', '$(id)', '', '.', 'a/b'])('refuses the instance %j', (instance) => {
    expect(() => instantiate('apache', [instance], templates)).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });

  it('makes no instances of none', () => {
    expect(instantiate('apache', [], templates)).toEqual([]);
  });
});
