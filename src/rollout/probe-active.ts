import type { Engine } from '../engines/engine.ts';
import { CoreshipError } from '../errors.ts';
import type { Step } from '../plan/plan.ts';
import { isChanging, type UnitState } from '../plan/unit-state.ts';
import { journalsOf } from './journals.ts';
import type { Probe } from './wait-until.ts';

type WaitActive = Extract<Step, { kind: 'wait-active' }>;

/** Restarts after which a unit counts as failed: a first attempt may fail for a passing reason. */
const toleratedRestarts = 2;

/**
 * Checks whether all units of a step are active and stay so: twice in a row with the same process, because a program
 * that dies at once is active for a moment.
 */
export function probeActive(engine: Engine, step: WaitActive): Probe {
  const pids = new Map<string, number>();
  const restartsBefore = new Map<string, number>();
  const idle = new Set<string>();
  return async () => {
    const states = await engine.states(step.machine.id, step.units);
    for (const { name, restarts } of states) {
      if (!restartsBefore.has(name)) restartsBefore.set(name, restarts);
    }
    // A sidekick is idle while its main unit waits for a restart: then the main unit is what is reported.
    const idleNow = states.some(isInTransition) ? [] : states.filter(isIdle);
    const failed = states.find(
      (state) =>
        fails(state, restartsBefore.get(state.name) ?? 0) ||
        (idleNow.includes(state) && idle.has(state.name)),
    );
    if (failed) return { failed: await unitFailed(engine, step, failed) };
    for (const { name } of idleNow) idle.add(name);
    const waiting = states.filter(
      (state) => state.active !== 'active' || pids.get(state.name) !== state.mainPid,
    );
    for (const state of states) pids.set(state.name, state.mainPid);
    if (waiting.length === 0) return { done: true };
    return {
      done: false,
      seen: waiting.map((state) => `${state.name} is ${state.active} (${state.sub})`).join(', '),
    };
  };
}

/** Neither running nor starting: a dependency cancelled its start, or its program has ended. */
function isIdle(state: UnitState): boolean {
  return state.active === 'inactive' && !state.queued;
}

/** On its way to another state. */
function isInTransition(state: UnitState): boolean {
  return state.queued || isChanging(state.active);
}

function fails(state: UnitState, restartsBefore: number): boolean {
  if (state.active === 'active') return false;
  return state.active === 'failed' || state.restarts - restartsBefore > toleratedRestarts;
}

async function unitFailed(engine: Engine, step: WaitActive, state: UnitState): Promise<CoreshipError> {
  const how = state.result === 'success' ? `${state.active}, ${state.sub}` : state.result;
  return new CoreshipError('failed', `${state.name} on ${step.machine.name} does not run (${how})`, {
    details: await journalsOf(engine, step.machine.id, [state.name]),
    hint: 'the unit was left as it is for inspection; fix the cause, then run the same command again',
  });
}
