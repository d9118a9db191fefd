import { CoreshipError } from '../errors.ts';
import type { Change, Plan } from '../plan/plan.ts';
import type { Lock } from '../registry/registry.ts';
import type { Emit } from './events.ts';
import { performStep } from './perform-step.ts';
import type { RolloutPorts } from './ports.ts';

/**
 * Carries a plan out, change by change and step by step, each seen through before the next.
 * An abort lets the step in flight end, and ends a wait. What was done stays done: the next run goes on from there.
 * @throws CoreshipError `interrupted` on an abort; `partial` where some changes were done before one failed; else
 * the error of the step that failed
 */
export async function rollOut(
  plan: Plan,
  ports: RolloutPorts,
  emit: Emit,
  options: { readonly lock?: Lock; readonly signal?: AbortSignal } = {},
): Promise<void> {
  for (const [index, change] of plan.changes.entries()) {
    emit({ type: 'change-started', index, change });
    try {
      await carryOut(change, index, ports, emit, () => refuseToGoOn(plan, index, options));
    } catch (error) {
      emit({
        type: 'change-failed',
        index,
        change,
        message: error instanceof Error ? error.message : String(error),
      });
      throw index > 0 ? partly(error, plan, index) : error;
    }
    emit({ type: 'change-done', index, change });
  }
}

async function carryOut(
  change: Change,
  index: number,
  ports: RolloutPorts,
  emit: Emit,
  mayGoOn: () => void,
): Promise<void> {
  for (const step of change.steps) {
    mayGoOn();
    const began = ports.clock.now();
    emit({ type: 'step-started', index, step });
    await performStep(step, ports, {
      onSeen: (seen) => emit({ type: 'step-waiting', index, step, seen }),
      mayGoOn,
    });
    emit({ type: 'step-done', index, step, milliseconds: ports.clock.now() - began });
  }
}

/** Between two steps, and while waiting: somebody wants to leave, or the lock no longer keeps others out. */
function refuseToGoOn(
  plan: Plan,
  index: number,
  { lock, signal }: { readonly lock?: Lock; readonly signal?: AbortSignal },
): void {
  if (signal?.aborted) {
    throw new CoreshipError('interrupted', 'interrupted', {
      details: stateLeft(plan, index),
      hint: 'run the same command again to go on',
    });
  }
  if (lock && !lock.held()) {
    throw new CoreshipError('failed', 'the lock was lost: etcd let it expire', {
      hint: 'etcd was away for long; run the same command again to go on',
    });
  }
}

function partly(error: unknown, plan: Plan, index: number): unknown {
  if (!(error instanceof CoreshipError) || error.code !== 'failed') return error;
  return new CoreshipError('partial', error.message, {
    cause: error,
    details: [...error.details, ...stateLeft(plan, index)],
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function stateLeft(plan: Plan, index: number): readonly string[] {
  const word = (at: number): string => (at < index ? 'done' : at === index ? 'begun' : 'not begun');
  return plan.changes.map(
    (change, at) => `${word(at)}: ${change.action} ${change.unit} on ${change.machine.name}`,
  );
}
