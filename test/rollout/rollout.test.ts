import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { noAnswer, notAllowed } from '../../src/registry/etcd-errors.ts';
import type { RolloutEvent } from '../../src/rollout/events.ts';
import { rollOut } from '../../src/rollout/rollout.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeEngine } from '../fakes/fake-engine.ts';
import { FakeLock } from '../fakes/fake-registry.ts';
import { act, change, m1, planOf, waitActive } from './sample-plan.ts';

/** Rolls out with fakes; `onEvent` receives each event. */
function begin(plan: Plan, onEvent: (event: RolloutEvent) => void = () => undefined) {
  const engine = new FakeEngine();
  const clock = new FakeClock();
  const lock = new FakeLock();
  const abort = new AbortController();
  const events: string[] = [];
  const emit = (event: RolloutEvent): void => {
    const what = 'step' in event ? event.step.kind : event.change.unit;
    events.push(`${event.type} ${event.index} ${what}`);
    onEvent(event);
  };
  const run = () => rollOut(plan, { engine, clock }, emit, { lock, signal: abort.signal });
  return { engine, clock, lock, abort, events, run };
}

/** What a promise is refused with. */
async function refusal(promise: Promise<unknown>): Promise<CoreshipError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CoreshipError) return error;
  throw new Error(`not refused with an error of coreship: ${String(error)}`);
}

const two = planOf(
  change('a.service', [
    { kind: 'install', machine: m1, units: [{ name: 'a.service', text: 'x' }], reason: 'a test' },
    act('start', 'a.service'),
    waitActive('a.service'),
  ]),
  change('b.service', [act('stop', 'b.service'), act('remove', 'b.service')], 'remove'),
);

describe('rollOut', () => {
  it('performs one change after the other, step by step, and reports each', async () => {
    const { engine, events, run } = begin(two);
    await run();
    expect(engine.calls).toEqual([
      'install a.service on m1',
      'start a.service on m1',
      'stop b.service on m1',
      'remove b.service on m1',
    ]);
    expect(events).toEqual([
      'change-started 0 a.service',
      'step-started 0 install',
      'step-done 0 install',
      'step-started 0 start',
      'step-done 0 start',
      'step-started 0 wait-active',
      'step-waiting 0 wait-active',
      'step-done 0 wait-active',
      'change-done 0 a.service',
      'change-started 1 b.service',
      'step-started 1 stop',
      'step-done 1 stop',
      'step-started 1 remove',
      'step-done 1 remove',
      'change-done 1 b.service',
    ]);
  });

  it('reports how long each step took', async () => {
    const took: number[] = [];
    const drain = planOf(change('a.service', [{ kind: 'drain', seconds: 2.5, reason: 'a test' }]));
    await begin(drain, (event) => event.type === 'step-done' && took.push(event.milliseconds)).run();
    expect(took).toEqual([2500]);
  });

  it('does nothing for an empty plan', async () => {
    const { engine, events, run } = begin(planOf());
    await run();
    expect([engine.calls, events]).toEqual([[], []]);
  });

  it('fails as its step does where nothing was done before', async () => {
    const { engine, events, run } = begin(two);
    engine.failing.set('start a.service on m1', new CoreshipError('failed', 'lab-1: no', { hint: 'look' }));
    expect(await refusal(run())).toMatchObject({
      code: 'failed',
      message: 'lab-1: no',
      hint: 'look',
      details: [],
    });
    expect(engine.calls.at(-1)).toBe('start a.service on m1');
    expect(events.at(-1)).toBe('change-failed 0 a.service');
  });

  it('is partly done where a later change fails, and says how far it got', async () => {
    const { engine, run } = begin(planOf(...two.changes, change('c.service', [])));
    engine.failing.set(
      'stop b.service on m1',
      new CoreshipError('failed', 'lab-1: no', { hint: 'look', details: ['why'] }),
    );
    expect(await refusal(run())).toMatchObject({
      code: 'partial',
      message: 'lab-1: no',
      hint: 'look',
      details: [
        'why',
        'done: create a.service on lab-1',
        'begun: remove b.service on lab-1',
        'not begun: create c.service on lab-1',
      ],
    });
  });

  it('does not take a mistake of coreship’s for a part of the work', async () => {
    const { engine, run } = begin(two);
    engine.failing.set('stop b.service on m1', new CoreshipError('bug', 'oh'));
    expect((await refusal(run())).code).toBe('bug');
  });

  it('ends the step in flight when it is interrupted, and says what was left', async () => {
    const { abort, engine, run, events } = begin(two, (event) => {
      if (event.type === 'step-started' && event.step.kind === 'stop') abort.abort();
    });
    expect(await refusal(run())).toMatchObject({
      code: 'interrupted',
      hint: 'run the same command again to continue',
      details: ['done: create a.service on lab-1', 'begun: remove b.service on lab-1'],
    });
    expect(engine.calls.at(-1)).toBe('stop b.service on m1');
    expect(events).toContain('step-done 1 stop');
  });

  it('does not wait on when it is interrupted: what is waited for comes or not by itself', async () => {
    const { abort, engine, clock, run } = begin(two);
    engine.set('a.service', { active: 'activating', sub: 'start-pre' });
    clock.at(5000, () => abort.abort());
    expect((await refusal(run())).code).toBe('interrupted');
    expect(clock.now()).toBe(5000);
  });

  it('is not interrupted by an abort that comes with its last step', async () => {
    const { abort, run } = begin(two, (event) => {
      if (event.type === 'step-started' && event.step.kind === 'remove') abort.abort();
    });
    await expect(run()).resolves.toEqual({ relocated: false });
  });

  it('does nothing at all when it was interrupted before it began', async () => {
    const { abort, engine, run } = begin(two);
    abort.abort();
    expect((await refusal(run())).code).toBe('interrupted');
    expect(engine.calls).toEqual([]);
  });

  it('stops where the lock is lost: somebody else may be at work', async () => {
    const { lock, engine, run } = begin(two, (event) => {
      if (event.type === 'step-done' && event.step.kind === 'install') lock.state = 'lost';
    });
    expect(await refusal(run())).toMatchObject({
      code: 'failed',
      message: expect.stringContaining('lock was lost'),
    });
    expect(engine.calls).toEqual(['install a.service on m1']);
  });

  it('begins no step while etcd is away and the lock is not sure, and says so', async () => {
    const seen: string[] = [];
    const { lock, clock, engine, run } = begin(two, (event) => {
      if (event.type === 'step-done' && event.step.kind === 'install') {
        lock.state = 'unsure';
        clock.at(5000, () => {
          expect(engine.calls).toEqual(['install a.service on m1']);
          lock.state = 'held';
        });
      }
      if (event.type === 'step-waiting') seen.push(event.seen);
    });
    await expect(run()).resolves.toEqual({ relocated: false });
    expect(seen[0]).toBe('etcd does not answer: the lock may have expired');
    expect(clock.now()).toBeGreaterThanOrEqual(5000);
  });

  it('gives up where etcd stays away', async () => {
    const { lock, clock, engine, run } = begin(two);
    lock.state = 'unsure';
    expect(await refusal(run())).toMatchObject({
      code: 'failed',
      message: 'the lock confirmed by etcd: not after 60 s; etcd does not answer: the lock may have expired',
    });
    expect(clock.now()).toBe(60_000);
    expect(engine.calls).toEqual([]);
  });

  it('does not wait for an etcd that refuses, and says what it said', async () => {
    const { lock, clock, engine, run } = begin(two, (event) => {
      if (event.type !== 'change-done') return;
      lock.state = 'unsure';
      lock.error = notAllowed('keep the lock', 'etcdserver: permission denied');
    });
    expect(await refusal(run())).toMatchObject({
      code: 'partial',
      message: 'the lock may have expired: etcd does not allow it: could not keep the lock',
      details: expect.arrayContaining([
        'etcdserver: permission denied',
        expect.stringMatching(/^not begun: |^begun: /),
      ]),
      hint: expect.stringContaining('username'),
    });
    expect(clock.now()).toBeLessThan(1000);
    expect(engine.calls.filter((call) => call.startsWith('install'))).toHaveLength(1);
  });

  it('waits on where etcd did not answer', async () => {
    const { lock, clock, run } = begin(two);
    lock.state = 'unsure';
    lock.error = noAnswer('keep the lock', new Error('connect ECONNREFUSED'));
    clock.at(5000, () => {
      lock.state = 'held';
    });
    await expect(run()).resolves.toEqual({ relocated: false });
  });
});
