import { describe, expect, it } from 'vitest';
import {
  type ActiveState,
  isChanging,
  isRunning,
  isStopped,
  parseActiveState,
} from '../../src/plan/unit-state.ts';

describe('the states of a unit', () => {
  it.each<[state: ActiveState, means: readonly string[]]>([
    ['active', ['running']],
    ['reloading', ['running', 'changing']],
    ['refreshing', ['running', 'changing']],
    ['activating', ['running', 'changing']],
    ['deactivating', ['changing']],
    ['maintenance', ['changing']],
    ['inactive', ['stopped']],
    ['failed', ['stopped']],
    ['unknown', ['changing']],
  ])('%s is %j', (state, means) => {
    expect({
      running: isRunning(state),
      changing: isChanging(state),
      stopped: isStopped(state),
    }).toEqual({
      running: means.includes('running'),
      changing: means.includes('changing'),
      stopped: means.includes('stopped'),
    });
    expect(parseActiveState(state)).toBe(state);
  });

  it.each(['hibernating', '', 'toString'])('reads a word that no systemd had, %j, as unknown', (word) => {
    expect(parseActiveState(word)).toBe('unknown');
  });
});
