import { describe, expect, it } from 'vitest';
import { trackStates } from '../../../src/engines/fleet/state-tracker.ts';
import type { ActiveState } from '../../../src/plan/unit-state.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const state = (active: ActiveState, sub: string, machine = 'm1') => ({
  ...{ name: 'a.service', machine, active, sub, result: 'success' },
  ...{ mainPid: 0, restarts: 0, reloadNeeded: false, queued: false },
});

describe('states, refined by what was seen before', () => {
  it('counts how often it was seen waiting for its next start', () => {
    const tracker = trackStates(new FakeClock());
    const seen = ['start-pre', 'auto-restart', 'auto-restart', 'start-pre', 'auto-restart'];
    expect(seen.map((sub) => tracker.refine(state('activating', sub), false).restarts)).toEqual([
      0, 1, 1, 1, 2,
    ]);
  });

  it('takes a stopped unit for one not yet started right after a start, and as stopped once it has run', async () => {
    const clock = new FakeClock();
    const tracker = trackStates(clock);
    tracker.started('m1', ['a.service']);
    expect(tracker.refine(state('inactive', 'dead'), false)).toMatchObject({
      active: 'activating',
      queued: true,
    });
    tracker.refine(state('active', 'running'), false);
    await clock.sleep(1_500);
    expect(tracker.refine(state('active', 'running'), false)).toMatchObject({ active: 'active' });
    expect(tracker.refine(state('failed', 'failed'), false)).toMatchObject({
      active: 'failed',
      queued: false,
    });
  });

  it('takes a unit for active only once it has been so for longer than fleet’s publishing interval', async () => {
    const clock = new FakeClock();
    const tracker = trackStates(clock);
    tracker.started('m1', ['a.service']);
    const see = (active: ActiveState, sub: string) => tracker.refine(state(active, sub), false).active;
    expect(see('active', 'running')).toBe('activating');
    await clock.sleep(1_000);
    expect(see('activating', 'auto-restart')).toBe('activating');
    await clock.sleep(2_000);
    expect(see('active', 'running')).toBe('activating');
    await clock.sleep(1_000);
    expect(see('active', 'running')).toBe('activating');
    await clock.sleep(500);
    expect(see('active', 'running')).toBe('active');
  });

  it('takes a unit that nobody has started for what it is', () => {
    const tracker = trackStates(new FakeClock());
    expect(tracker.refine(state('active', 'running'), false)).toMatchObject({ active: 'active' });
  });

  it('keeps waiting for a unit that its machine has not loaded', async () => {
    const clock = new FakeClock();
    const tracker = trackStates(clock);
    tracker.started('m1', ['a.service']);
    await clock.sleep(60_000);
    expect(tracker.refine(state('inactive', 'not loaded'), false)).toMatchObject({
      active: 'inactive',
      queued: true,
    });
    // It is started only then, and its state is published even later.
    expect(tracker.refine(state('inactive', 'dead'), false)).toMatchObject({
      active: 'activating',
      queued: true,
    });
    await clock.sleep(11_000);
    expect(tracker.refine(state('inactive', 'dead'), false)).toMatchObject({
      active: 'inactive',
      queued: false,
    });
  });

  it('waits again for a unit that fleet has moved, whatever its new machine publishes at first', () => {
    const tracker = trackStates(new FakeClock());
    tracker.started('m1', ['a.service']);
    tracker.refine(state('active', 'running'), false);
    expect(tracker.refine(state('inactive', 'dead', 'm2'), false)).toMatchObject({ queued: true });
  });

  it('tracks a global unit on each machine separately', async () => {
    const clock = new FakeClock();
    const tracker = trackStates(clock);
    tracker.started('m1', ['a.service']);
    const see = () => [
      tracker.refine(state('failed', 'failed', 'm1'), true),
      tracker.refine(state('inactive', 'not loaded', 'm2'), true),
    ];
    expect(see()).toMatchObject([
      { active: 'activating', queued: true },
      { active: 'inactive', queued: true },
    ]);
    await clock.sleep(11_000);
    expect(see()).toMatchObject([
      { active: 'failed', queued: false },
      { active: 'inactive', queued: true },
    ]);
  });

  it('counts the restarts of a global unit for each machine', () => {
    const tracker = trackStates(new FakeClock());
    const see = () =>
      [state('activating', 'auto-restart', 'm1'), state('activating', 'start-pre', 'm2')].map(
        (one) => tracker.refine(one, true).restarts,
      );
    expect([see(), see(), see()]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});
