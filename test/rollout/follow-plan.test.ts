import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { followPlan } from '../../src/rollout/follow-plan.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeEngine, nothingObserved } from '../fakes/fake-engine.ts';
import { act, change, planOf, waitActive } from './sample-plan.ts';

const [a, b, c] = ['a@1.service', 'a@2.service', 'b.service'] as const;
const create = (unit: string) => change(unit, [act('start', unit), waitActive(unit)]);
const agreed = planOf(create(a), create(b), create(c));
const lost = new CoreshipError('failed', 'm3: not reachable');

/** A wait on the machine that the cluster chose. */
const waitOn = (unit: string, id: string) => {
  const machine = { id, name: `lab of ${id}` };
  const step = { kind: 'wait-active', machine, units: [unit], timeoutSeconds: 60, reason: 'a test' } as const;
  return { ...change(unit, [step], 'wait'), machine };
};

/** Follows the agreed plan on a cluster that chooses these machines, with these plans for what is left. */
async function follow(
  homes: Readonly<Record<string, string>>,
  later: readonly (Plan | Error)[],
  lastLook?: Error,
) {
  const engine = Object.assign(new FakeEngine(), {
    maxParallelChanges: 9,
    awaitPlacement: ([unit = '']: readonly string[]) => Promise.resolve(homes[unit] ?? 'm1'),
    observe: () =>
      given(
        lastLook ?? {
          ...nothingObserved,
          machines: [{ id: 'm2', name: 'lab of m2', metadata: {}, addresses: {} }],
          units: [a, b, c].map((name) => ({ ...idle, name, machine: homes[name] ?? 'm1' })),
        },
      ),
  });
  const told: string[] = [];
  const plans = [...later];
  const landed = await followPlan(agreed, {
    ports: { engine, clock: new FakeClock() },
    stop: {},
    emit: (event) => {
      if ('change' in event)
        told.push(`${event.index} ${event.type} ${event.change.action} ${event.change.unit}`);
    },
    replan: () => given(plans.shift() ?? planOf(waitOn(a, 'm3'))),
  }).catch((error: unknown) => error);
  return { told, landed, plansLeft: plans.length };
}

function given<Value>(value: Value | Error): Promise<Value> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
}

const idle = {
  ...{ active: 'active', sub: 'running', result: 'success', mainPid: 1, restarts: 0 },
  ...{ reloadNeeded: false, queued: false },
};

describe('a plan that is followed', () => {
  it('is carried out once where the prediction was right', async () => {
    const { told, landed } = await follow({}, []);
    expect(landed).toBe(agreed);
    expect(told.filter((line) => line.includes('change-done'))).toHaveLength(3);
    expect(told.some((line) => line.includes('relocated'))).toBe(false);
  });

  it('continues with what is left, each unit under its own index, and returns the machines of all', async () => {
    const { told, landed, plansLeft } = await follow({ [b]: 'm2' }, [planOf(create(c), waitOn(b, 'm2'))]);
    expect(told).toEqual([
      `0 change-started create ${a}`,
      `1 change-started create ${b}`,
      `1 change-relocated create ${b}`,
      `0 change-done create ${a}`,
      `2 change-started create ${c}`,
      `2 change-done create ${c}`,
      `1 change-started wait ${b}`,
      `1 change-done wait ${b}`,
    ]);
    expect(plansLeft).toBe(0);
    expect((landed as Plan).changes.map(({ machine }) => machine.id)).toEqual(['m1', 'm2', 'm1']);
  });

  it('ends what was relocated where nothing is left to do, and appends the indexes of new units', async () => {
    const { told } = await follow({ [b]: 'm2' }, [planOf(create('new.service'))]);
    expect(told.slice(4)).toEqual([
      '3 change-started create new.service',
      '3 change-done create new.service',
      `1 change-done create ${b}`,
    ]);
  });

  it('gives up on a cluster that never settles, which is partly done', async () => {
    const { landed, told } = await follow({ [a]: 'm2' }, []);
    expect(landed).toMatchObject({
      code: 'partial',
      message: expect.stringContaining('keeps choosing machines'),
    });
    expect(told.filter((line) => line === `0 change-relocated wait ${a}`)).toHaveLength(9);
  });

  it('is partly done where a later plan fails', async () => {
    const bad = change('bad.service', [act('stop', 'bad.service'), waitActive('bad.service', 1)]);
    const { landed } = await follow({ [b]: 'm2' }, [planOf(bad)]);
    expect(landed).toMatchObject({ code: 'partial', message: expect.stringContaining('bad.service') });
  });

  it.each([
    { name: 'the cluster cannot be planned for again', later: [lost], lastLook: undefined },
    { name: 'the chosen machines cannot be observed', later: [planOf()], lastLook: lost },
  ])('is partly done where $name', async ({ later, lastLook }) => {
    const { landed } = await follow({ [b]: 'm2' }, later, lastLook);
    expect(landed).toMatchObject({ code: 'partial', message: lost.message });
  });
});
