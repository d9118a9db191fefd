import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import type { ChangeAction } from '../../src/plan/change-actions.ts';
import { batches } from '../../src/rollout/batches.ts';
import { rollOut } from '../../src/rollout/rollout.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeEngine } from '../fakes/fake-engine.ts';
import { act, change, planOf, waitActive } from './sample-plan.ts';

const plan = (actions: readonly (readonly [ChangeAction, string])[]) =>
  planOf(
    ...actions.map(([action, service], index) => ({ ...change(`u${index}.service`, [], action), service })),
  );

describe('changes that run at the same time', () => {
  const rows: readonly {
    name: string;
    maxParallelChanges: number;
    actions: Parameters<typeof plan>[0];
    sizes: readonly number[];
  }[] = [
    {
      name: 'nothing, by default',
      maxParallelChanges: 1,
      actions: [
        ['create', 'a'],
        ['create', 'a'],
      ],
      sizes: [1, 1],
    },
    {
      name: 'instances that are added',
      maxParallelChanges: 9,
      actions: [
        ['create', 'a'],
        ['start', 'a'],
        ['wait', 'a'],
      ],
      sizes: [3],
    },
    {
      name: 'instances that are removed',
      maxParallelChanges: 9,
      actions: [
        ['remove', 'a'],
        ['remove', 'a'],
      ],
      sizes: [2],
    },
    {
      name: 'not one that is added with one that is removed',
      maxParallelChanges: 9,
      actions: [
        ['create', 'a'],
        ['remove', 'a'],
      ],
      sizes: [1, 1],
    },
    {
      name: 'not instances that are replaced',
      maxParallelChanges: 9,
      actions: [
        ['replace', 'a'],
        ['replace', 'a'],
        ['move', 'a'],
      ],
      sizes: [1, 1, 1],
    },
    {
      name: 'not two services',
      maxParallelChanges: 9,
      actions: [
        ['create', 'a'],
        ['create', 'b'],
      ],
      sizes: [1, 1],
    },
    {
      name: 'no more than the limit',
      maxParallelChanges: 2,
      actions: [
        ['create', 'a'],
        ['create', 'a'],
        ['create', 'a'],
      ],
      sizes: [2, 1],
    },
  ];
  it.each(rows)('$name', ({ maxParallelChanges, actions, sizes }) => {
    expect(batches(plan(actions), maxParallelChanges).map((batch) => batch.length)).toEqual(sizes);
  });
});

describe('a rollout on a cluster that chooses machines itself', () => {
  const choosing = (machine: string | undefined) =>
    Object.assign(new FakeEngine(), {
      maxParallelChanges: 9,
      awaitPlacement: () => Promise.resolve(machine),
    });
  const two = planOf(
    change('a@1.service', [act('start', 'a@1.service'), waitActive('a@1.service')]),
    change('a@2.service', [act('start', 'a@2.service'), waitActive('a@2.service')]),
    change('a@3.service', [act('stop', 'a@3.service')], 'remove'),
  );
  const run = async (engine: FakeEngine) => {
    const done: string[] = [];
    const result = await rollOut(two, { engine, clock: new FakeClock() }, (event) => {
      if (event.type === 'step-done') done.push(event.step.kind);
    });
    return { result, done };
  };

  it('ends with what was relocated, so that the rest is planned again', async () => {
    const { result, done } = await run(choosing('somewhere else'));
    expect(result).toEqual({ relocated: true });
    expect(done).toEqual(['start', 'start']);
  });

  it('is partly done where one was relocated and another failed at the same time', async () => {
    const engine = choosing('somewhere else');
    engine.failing.set('start a@2.service on m1', new CoreshipError('failed', 'lab-1: no'));
    await expect(run(engine)).rejects.toMatchObject({
      code: 'partial',
      message: 'lab-1: no',
      details: [
        'begun: create a@1.service on lab-1',
        'begun: create a@2.service on lab-1',
        'not begun: remove a@3.service on lab-1',
      ],
    });
  });

  it('continues where the prediction was right, or where a unit runs on all machines', async () => {
    for (const machine of [two.changes[0]?.machine.id, undefined]) {
      expect((await run(choosing(machine))).result).toEqual({ relocated: false });
    }
  });
});
