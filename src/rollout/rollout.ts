import { CoreshipError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { asPartial, withDetails } from './as-partial.ts';
import { batches } from './batches.ts';
import type { Emit } from './events.ts';
import { type ChangeState, performChange } from './perform-change.ts';
import type { RolloutPorts } from './ports.ts';
import type { StopConditions } from './stop-conditions.ts';

/** How a rollout ended. */
export interface RolloutResult {
  /** Whether the cluster chose another machine than the plan predicted: what is left needs another plan. */
  readonly relocated: boolean;
}

/**
 * Carries a plan out, change by change and step by step. Instances that are only added, or only removed, may be changed
 * at the same time where the engine allows it. When stopped, a step that is not a wait is finished first. What is done
 * stays done: the next run continues from there.
 * @throws CoreshipError `interrupted` on an abort; `partial` where another change was done, or begun on a machine that
 * the plan did not predict; else the error of the step that failed
 */
export async function rollOut(
  plan: Plan,
  ports: RolloutPorts,
  emit: Emit,
  stop: StopConditions = {},
): Promise<RolloutResult> {
  const states = plan.changes.map((): ChangeState => 'not begun');
  for (const batch of batches(plan, ports.engine.maxParallelChanges)) {
    const outcomes = await Promise.allSettled(
      batch.map((one) =>
        performChange(one, ports, emit, stop, (state) => {
          states[one.index] = state;
        }),
      ),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw explained(failure.reason, plan, states);
    if (states.includes('relocated')) return { relocated: true };
  }
  return { relocated: false };
}

/** The error of a rollout: where something was done before, or it was interrupted, with how far each change is. */
function explained(error: unknown, plan: Plan, states: readonly ChangeState[]): unknown {
  const progress = plan.changes.map(({ action, unit, machine }, index) => {
    const state = states[index] === 'relocated' ? 'begun' : states[index];
    return `${state}: ${action} ${unit} on ${machine.name}`;
  });
  if (error instanceof CoreshipError && error.code === 'interrupted') return withDetails(error, progress);
  const isPartial = states.includes('done') || states.includes('relocated');
  return isPartial ? asPartial(error, progress) : error;
}
