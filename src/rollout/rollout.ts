import { CoreshipError } from '../errors.ts';
import type { Plan, Step } from '../plan/plan.ts';
import type { Lock } from '../registry/registry.ts';
import { batches, type NumberedChange } from './batches.ts';
import type { Emit } from './events.ts';
import { performStep } from './perform-step.ts';
import type { RolloutPorts } from './ports.ts';
import { waitForLock } from './wait-for-lock.ts';

/** How a rollout ended. */
export interface RolloutResult {
  /**
   * True where the cluster chose another machine than the plan foretold: what is left to do, and to wait for, is another
   * plan's business.
   */
  readonly relocated: boolean;
}

/** What ends a rollout before its time: a lock that is lost, a person who wants to leave. */
export interface StopConditions {
  readonly lock?: Lock;
  readonly signal?: AbortSignal;
}

/**
 * Carries a plan out, change by change and step by step, each seen through before the next; those that only come or
 * only go may be under way together where the engine says so.
 * An abort lets the step in flight end, and ends a wait. What was done stays done: the next run goes on from there.
 * @throws CoreshipError `interrupted` on an abort; `partial` where some changes were done, if only elsewhere, before or
 * beside one that failed; else the error of the step that failed
 */
export async function rollOut(
  plan: Plan,
  ports: RolloutPorts,
  emit: Emit,
  options: StopConditions = {},
): Promise<RolloutResult> {
  const done = new Set<number>();
  const begun = new Set<number>();
  const left = (): readonly string[] => stateLeft(plan, begun, done);
  for (const batch of batches(plan, ports.engine.maxParallelChanges)) {
    const outcomes = await Promise.allSettled(
      batch.map(async (one) => {
        const throwIfStopped = (): void => checkStopConditions(left, options);
        const result = await carryOut(one, ports, emit, begun, throwIfStopped, options.lock);
        if (result === 'done') done.add(one.index);
        return result;
      }),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    const relocated = outcomes.some(
      (outcome) => outcome.status === 'fulfilled' && outcome.value === 'relocated',
    );
    if (failure) throw done.size > 0 || relocated ? asPartial(failure.reason, left()) : failure.reason;
    if (relocated) return { relocated };
  }
  return { relocated: false };
}

async function carryOut(
  { change, index }: NumberedChange,
  ports: RolloutPorts,
  emit: Emit,
  begun: Set<number>,
  throwIfStopped: () => void,
  lock: Lock | undefined,
): Promise<'done' | 'relocated'> {
  try {
    throwIfStopped();
    begun.add(index);
    emit({ type: 'change-started', index, change });
    for (const step of change.steps) {
      throwIfStopped();
      const began = ports.clock.now();
      emit({ type: 'step-started', index, step });
      const watch = {
        onSeen: (seen: string) => emit({ type: 'step-waiting', index, step, seen }),
        throwIfStopped,
      };
      if (lock) await waitForLock(lock, ports.clock, watch);
      await performStep(step, ports, watch);
      const at = mayRelocate(step) ? await ports.engine.awaitPlacement(step.units) : undefined;
      emit({ type: 'step-done', index, step, milliseconds: ports.clock.now() - began });
      if (at !== undefined && at !== change.machine.id) {
        emit({ type: 'change-relocated', index, change });
        return 'relocated';
      }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    emit({ type: 'change-failed', index, change, message });
    throw error;
  }
  emit({ type: 'change-done', index, change });
  return 'done';
}

/** Steps after which a cluster that chooses machines itself may have chosen another. */
function mayRelocate(step: Step): step is Extract<Step, { kind: 'start' | 'wait-active' }> {
  return step.kind === 'start' || step.kind === 'wait-active';
}

/** Between two steps, and while waiting: somebody wants to leave, or the lock no longer keeps others out. */
function checkStopConditions(left: () => readonly string[], { lock, signal }: StopConditions): void {
  if (signal?.aborted) {
    throw new CoreshipError('interrupted', 'interrupted', {
      details: left(),
      hint: 'run the same command again to go on',
    });
  }
  if (lock?.lost()) {
    throw new CoreshipError('failed', 'the lock was lost: it expired in etcd, or somebody removed it', {
      hint: 'was etcd away for long? run the same command again to go on',
    });
  }
}

/** An error as it is where something was done before it; `left` says how far everything got. */
export function asPartial(error: unknown, left: readonly string[]): unknown {
  if (!(error instanceof CoreshipError) || error.code !== 'failed') return error;
  return new CoreshipError('partial', error.message, {
    cause: error,
    details: [...error.details, ...left],
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function stateLeft(plan: Plan, begun: ReadonlySet<number>, done: ReadonlySet<number>): readonly string[] {
  const word = (at: number): string => (done.has(at) ? 'done' : begun.has(at) ? 'begun' : 'not begun');
  return plan.changes.map(
    (change, at) => `${word(at)}: ${change.action} ${change.unit} on ${change.machine.name}`,
  );
}
