import type { Step } from '../plan/plan.ts';
import type { NumberedChange } from './batches.ts';
import type { Emit } from './events.ts';
import { performStep } from './perform-step.ts';
import type { RolloutPorts } from './ports.ts';
import { type StopConditions, throwIfStopped } from './stop-conditions.ts';
import { waitForLock } from './wait-for-lock.ts';

/**
 * How far a change is: `relocated` where the cluster chose another machine than the plan predicted, so that what is left
 * of it belongs to another plan.
 */
export type ChangeState = 'not begun' | 'begun' | 'done' | 'relocated';

/** Carries out the steps of one change; `onState` is called with each state it reaches. */
export async function performChange(
  { change, index }: NumberedChange,
  ports: RolloutPorts,
  emit: Emit,
  stop: StopConditions,
  onState: (state: ChangeState) => void,
): Promise<void> {
  try {
    throwIfStopped(stop);
    onState('begun');
    emit({ type: 'change-started', index, change });
    for (const step of change.steps) {
      throwIfStopped(stop);
      const machine = await performReported(step, index, ports, emit, stop);
      if (machine !== undefined && machine !== change.machine.id) {
        onState('relocated');
        emit({ type: 'change-relocated', index, change });
        return;
      }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    emit({ type: 'change-failed', index, change, message });
    throw error;
  }
  onState('done');
  emit({ type: 'change-done', index, change });
}

/** Performs a step with the events that belong to it. Resolves with the machine that the cluster chose, if it did. */
async function performReported(
  step: Step,
  index: number,
  ports: RolloutPorts,
  emit: Emit,
  stop: StopConditions,
): Promise<string | undefined> {
  const { clock, engine } = ports;
  const began = clock.now();
  emit({ type: 'step-started', index, step });
  const watch = {
    onSeen: (seen: string) => emit({ type: 'step-waiting', index, step, seen }),
    throwIfStopped: () => throwIfStopped(stop),
  };
  if (stop.lock) await waitForLock(stop.lock, clock, watch);
  await performStep(step, ports, watch);
  const machine = mayRelocate(step) ? await engine.awaitPlacement(step.units) : undefined;
  emit({ type: 'step-done', index, step, milliseconds: clock.now() - began });
  return machine;
}

/** Steps after which a cluster that schedules may have chosen another machine. */
function mayRelocate(step: Step): step is Extract<Step, { kind: 'start' | 'wait-active' }> {
  return step.kind === 'start' || step.kind === 'wait-active';
}
