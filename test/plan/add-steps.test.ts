import { describe, expect, it } from 'vitest';
import { withSteps } from '../../src/plan/add-steps.ts';
import type { ChangeAction } from '../../src/plan/change-actions.ts';
import type { Draft, Instance } from '../../src/plan/draft.ts';
import type { BalancerRef } from '../../src/plan/plan.ts';
import { parseUnitText } from '../../src/services/parsed-unit.ts';
import { groupUnits } from '../../src/services/unit-groups.ts';

const at = (id: string, unit = 'nginx_lb.service'): BalancerRef => ({
  unit,
  machine: { id, name: id },
  runtime: 'docker',
  container: 'lb',
});
const instance = (id: string, name = 'nginx_lb.service'): Instance => {
  const [group] = groupUnits([parseUnitText(name, '[Service]\nExecStart=/bin/true\n')]);
  if (!group) throw new Error('no group');
  return { group, machine: { id, name: id }, observed: [] };
};
const draft = (action: ChangeAction, place: Pick<Draft, 'arriving' | 'leaving'>): Draft => {
  const { group, machine } = place.arriving ?? place.leaving ?? instance('');
  const change = { action, service: group.service, unit: group.main, machine, reason: 'a test', files: [] };
  return { change, ...place };
};

describe('withSteps', () => {
  it.each<[name: string, first: Draft, machines: readonly string[]]>([
    ['created', draft('create', { arriving: instance('m2') }), ['m1', 'm2']],
    ['moved', draft('move', { arriving: instance('m2'), leaving: instance('m1') }), ['m2']],
    ['removed', draft('remove', { leaving: instance('m1') }), []],
    ['a copy of it removed elsewhere', draft('remove', { leaving: instance('m3') }), ['m1']],
    ['replaced', draft('replace', { arriving: instance('m1') }), ['m1']],
  ])('asks for the next change with the load balancers after one is %s', (_, first, machines) => {
    const asked: (readonly [string, readonly BalancerRef[]])[] = [];
    const other = at('m1', 'shop_lb.service');
    const second = draft('replace', { arriving: instance('m1', 'apache@7777.service') });
    withSteps([first, second], {
      balancers: [other, at('m1')],
      traffic: (group, { id }, running = []) => {
        asked.push([group.main, running]);
        const ownBalancer = group.service === 'nginx_lb' ? { ownBalancer: at(id) } : {};
        return {
          ...{ balancers: [], isOnlyBackend: false, drainSeconds: 0, startTimeoutSeconds: 600 },
          ...ownBalancer,
        };
      },
    });
    expect(asked).toContainEqual(['nginx_lb.service', [other, at('m1')]]);
    expect(asked.at(-1)).toEqual(['apache@7777.service', [other, ...machines.map((id) => at(id))]]);
  });

  it('counts a load balancer that was only started, whatever its steps are', () => {
    const asked: (readonly BalancerRef[])[] = [];
    const started = draft('start', { arriving: instance('m2') });
    const changes = withSteps([started, started], {
      balancers: [],
      traffic: (_group, { id }, running = []) => {
        asked.push(running);
        return {
          ...{ balancers: [], isOnlyBackend: false, drainSeconds: 0, startTimeoutSeconds: 600 },
          ownBalancer: at(id),
        };
      },
    });
    expect(asked).toEqual([[], [at('m2')]]);
    expect(changes[0]?.steps.map(({ kind }) => kind)).toEqual(['start', 'wait-active', 'wait-answering']);
  });
});
