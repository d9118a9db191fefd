import { describe, expect, it } from 'vitest';
import { withSteps } from '../../src/plan/add-steps.ts';
import type { ChangeAction } from '../../src/plan/change-actions.ts';
import type { BalancerRef, Change, Step } from '../../src/plan/plan.ts';

const at = (id: string, unit = 'nginx_lb.service'): BalancerRef => ({
  unit,
  machine: { id, name: id },
  runtime: 'docker',
  container: 'lb',
});
const change = (action: ChangeAction, machine: string, steps: readonly Step[], from?: string): Change => ({
  action,
  service: 'nginx_lb',
  unit: 'nginx_lb.service',
  machine: { id: machine, name: machine },
  ...(from === undefined ? {} : { from: { id: from, name: from } }),
  reason: 'a test',
  files: [],
  steps,
});
const answering = (id: string): Step => ({ kind: 'wait-answering', balancer: at(id), reason: 'a test' });

describe('inTurn', () => {
  it.each<[name: string, change: Change, machines: readonly string[]]>([
    ['created', change('create', 'm2', [answering('m2')]), ['m1', 'm2']],
    ['moved', change('move', 'm2', [answering('m2')], 'm1'), ['m2']],
    ['removed', change('remove', 'm1', []), []],
    ['a copy of it removed elsewhere', change('remove', 'm3', []), ['m1']],
    ['replaced', change('replace', 'm1', [answering('m1')]), ['m1']],
  ])('tells the changes behind it of a load balancer that is %s', (_, first, machines) => {
    const seen: (readonly BalancerRef[])[] = [];
    const draft = ({ steps, ...one }: Change) => ({
      change: one,
      steps: (running: readonly BalancerRef[]) => {
        seen.push(running);
        return steps;
      },
    });
    const other = at('m1', 'shop_lb.service');
    const second = { ...change('replace', 'm1', []), unit: 'apache@7777.service' };
    expect(withSteps([draft(first), draft(second)], [other, at('m1')])).toEqual([first, second]);
    expect(seen).toEqual([
      [other, at('m1')],
      [other, ...machines.map((machine) => at(machine))],
    ]);
  });
});
