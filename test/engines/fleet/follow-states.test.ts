import { describe, expect, it } from 'vitest';
import { followStates } from '../../../src/engines/fleet/follow-states.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const state = (active: string, sub: string, machine = 'm1') => ({
  ...{ name: 'a.service', machine, active, sub, result: 'success' },
  ...{ mainPid: 0, restarts: 0, reloadNeeded: false, queued: false },
});

describe('what is said of a unit by who has watched it', () => {
  it('counts how often it was seen waiting for its next start', () => {
    const follower = followStates(new FakeClock());
    const seen = ['start-pre', 'auto-restart', 'auto-restart', 'start-pre', 'auto-restart'];
    expect(seen.map((sub) => follower.complete(state('activating', sub)).restarts)).toEqual([0, 1, 1, 1, 2]);
  });

  it('takes rest for old news right after a start, and for rest once it has been seen running', () => {
    const follower = followStates(new FakeClock());
    follower.started(['a.service']);
    expect(follower.complete(state('inactive', 'dead'))).toMatchObject({
      active: 'activating',
      queued: true,
    });
    expect(follower.complete(state('active', 'running'))).toMatchObject({ active: 'active' });
    expect(follower.complete(state('failed', 'failed'))).toMatchObject({ active: 'failed', queued: false });
  });

  it('waits on for a unit that its machine has not loaded', async () => {
    const clock = new FakeClock();
    const follower = followStates(clock);
    follower.started(['a.service']);
    await clock.sleep(60_000);
    expect(follower.complete(state('inactive', 'not loaded'))).toMatchObject({
      active: 'inactive',
      queued: true,
    });
    // It is started only after that, and its state is published later still.
    expect(follower.complete(state('inactive', 'dead'))).toMatchObject({
      active: 'activating',
      queued: true,
    });
    await clock.sleep(11_000);
    expect(follower.complete(state('inactive', 'dead'))).toMatchObject({ active: 'inactive', queued: false });
  });

  it('waits for a unit anew that fleet has moved, whatever its new machine says at first', () => {
    const follower = followStates(new FakeClock());
    follower.started(['a.service']);
    follower.complete(state('active', 'running'));
    expect(follower.complete(state('inactive', 'dead', 'm2'))).toMatchObject({ queued: true });
  });
});
