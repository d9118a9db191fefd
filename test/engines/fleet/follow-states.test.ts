import { describe, expect, it } from 'vitest';
import { followStates } from '../../../src/engines/fleet/follow-states.ts';
import type { ActiveState } from '../../../src/plan/unit-state.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const state = (active: ActiveState, sub: string, machine = 'm1') => ({
  ...{ name: 'a.service', machine, active, sub, result: 'success' },
  ...{ mainPid: 0, restarts: 0, reloadNeeded: false, queued: false },
});

describe('what is said of a unit by who has watched it', () => {
  it('counts how often it was seen waiting for its next start', () => {
    const follower = followStates(new FakeClock());
    const seen = ['start-pre', 'auto-restart', 'auto-restart', 'start-pre', 'auto-restart'];
    expect(seen.map((sub) => follower.complete(state('activating', sub), false).restarts)).toEqual([
      0, 1, 1, 1, 2,
    ]);
  });

  it('takes rest for old news right after a start, and for rest once it has been seen running', async () => {
    const clock = new FakeClock();
    const follower = followStates(clock);
    follower.started('m1', ['a.service']);
    expect(follower.complete(state('inactive', 'dead'), false)).toMatchObject({
      active: 'activating',
      queued: true,
    });
    follower.complete(state('active', 'running'), false);
    await clock.sleep(1_500);
    expect(follower.complete(state('active', 'running'), false)).toMatchObject({ active: 'active' });
    expect(follower.complete(state('failed', 'failed'), false)).toMatchObject({
      active: 'failed',
      queued: false,
    });
  });

  it('takes a unit for active only once it has been so for longer than fleet looks away', async () => {
    const clock = new FakeClock();
    const follower = followStates(clock);
    follower.started('m1', ['a.service']);
    const look = (active: ActiveState, sub: string) => follower.complete(state(active, sub), false).active;
    expect(look('active', 'running')).toBe('activating');
    await clock.sleep(1_000);
    expect(look('activating', 'auto-restart')).toBe('activating');
    await clock.sleep(2_000);
    expect(look('active', 'running')).toBe('activating');
    await clock.sleep(1_000);
    expect(look('active', 'running')).toBe('activating');
    await clock.sleep(500);
    expect(look('active', 'running')).toBe('active');
  });

  it('takes a unit that nobody has started for what it is', () => {
    const follower = followStates(new FakeClock());
    expect(follower.complete(state('active', 'running'), false)).toMatchObject({ active: 'active' });
  });

  it('waits on for a unit that its machine has not loaded', async () => {
    const clock = new FakeClock();
    const follower = followStates(clock);
    follower.started('m1', ['a.service']);
    await clock.sleep(60_000);
    expect(follower.complete(state('inactive', 'not loaded'), false)).toMatchObject({
      active: 'inactive',
      queued: true,
    });
    // It is started only after that, and its state is published later still.
    expect(follower.complete(state('inactive', 'dead'), false)).toMatchObject({
      active: 'activating',
      queued: true,
    });
    await clock.sleep(11_000);
    expect(follower.complete(state('inactive', 'dead'), false)).toMatchObject({
      active: 'inactive',
      queued: false,
    });
  });

  it('waits for a unit anew that fleet has moved, whatever its new machine says at first', () => {
    const follower = followStates(new FakeClock());
    follower.started('m1', ['a.service']);
    follower.complete(state('active', 'running'), false);
    expect(follower.complete(state('inactive', 'dead', 'm2'), false)).toMatchObject({ queued: true });
  });

  it('follows a global unit on each machine by itself', async () => {
    const clock = new FakeClock();
    const follower = followStates(clock);
    follower.started('m1', ['a.service']);
    const look = () => [
      follower.complete(state('failed', 'failed', 'm1'), true),
      follower.complete(state('inactive', 'not loaded', 'm2'), true),
    ];
    expect(look()).toMatchObject([
      { active: 'activating', queued: true },
      { active: 'inactive', queued: true },
    ]);
    await clock.sleep(11_000);
    expect(look()).toMatchObject([
      { active: 'failed', queued: false },
      { active: 'inactive', queued: true },
    ]);
  });

  it('counts the restarts of a global unit for each machine', () => {
    const follower = followStates(new FakeClock());
    const look = () =>
      [state('activating', 'auto-restart', 'm1'), state('activating', 'start-pre', 'm2')].map(
        (one) => follower.complete(one, true).restarts,
      );
    expect([look(), look(), look()]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});
