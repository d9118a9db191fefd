import { isDeepStrictEqual } from 'node:util';
import { defined } from '../defined.ts';
import { refuseMisread } from '../engines/stored-form.ts';
import { CoreshipError } from '../errors.ts';
import type { Desired } from '../plan/make-plan.ts';
import { disturbs, type Plan } from '../plan/plan.ts';
import type { Lock } from '../registry/registry.ts';
import { followPlan } from '../rollout/follow-plan.ts';
import type { ChangeOptions } from './change-options.ts';
import { exitCodes } from './exit-codes.ts';
import { confirm } from './output/confirm.ts';
import { progressFor } from './output/progress.ts';
import { answerPlan, answerResult, showPlan } from './output/show-plan.ts';
import { planNow } from './plan-now.ts';
import { underLock } from './under-lock.ts';
import type { Context } from './with-cluster.ts';

/** A change that a command asks for. */
export interface ChangeRequest extends ChangeOptions {
  readonly desired: Desired;
  /** The command as typed, for the lock's holder. */
  readonly command: string;
  /** Writes the project's files once the plan is approved. */
  readonly writeFiles?: () => Promise<void>;
}

/** Observe, plan, show, ask, lock, carry out. Resolves with the exit code. */
export async function apply(request: ChangeRequest, context: Context): Promise<number> {
  const { desired, json } = request;
  const { cluster, io } = context;
  refuseMisread(desired, cluster.engine, request.allow);
  const { plan } = await planNow(desired, context);
  if (request.dryRun) {
    answerPlan(plan, cluster.name, json, io);
    return exitCodes.done;
  }
  if (plan.changes.length === 0) {
    await request.writeFiles?.();
    answerResult(plan, json, io);
    return exitCodes.done;
  }
  showPlan(plan, cluster.name, json, io);
  await askApproval(plan, request, context);
  await underLock(request.command, request, context, async (lock) => {
    const approved = await planAgain(plan, request, context);
    await request.writeFiles?.();
    answerResult(await carryOut(approved, request, context, lock), json, io);
  });
  return exitCodes.done;
}

/** @throws CoreshipError where a plan needs approval and has none */
async function askApproval(plan: Plan, { yes }: ChangeRequest, { cluster, io }: Context): Promise<void> {
  if (yes || !disturbs(plan)) return;
  if (!io.interactive) {
    throw new CoreshipError('usage', 'this plan stops, replaces or moves units; nothing was changed', {
      hint: 'there is no terminal to ask on: approve it with --yes, or inspect it with --dry-run',
    });
  }
  if (!(await confirm(`Do this on ${cluster.name}?`, io))) {
    throw new CoreshipError('failed', 'not approved; nothing was changed');
  }
}

/**
 * Plans again under the lock: another run may have changed the cluster since the plan was shown. A plan that nobody has
 * approved is not carried out, and nobody is asked while others wait for the lock.
 */
async function planAgain(
  shown: Plan,
  { desired, json, yes }: ChangeRequest,
  context: Context,
): Promise<Plan> {
  const { cluster, io } = context;
  const { plan } = await planNow(desired, context);
  if (isDeepStrictEqual(plan, shown)) return plan;
  io.err('the cluster has changed since the plan was made; this is the new plan\n');
  showPlan(plan, cluster.name, json, io);
  if (yes || !disturbs(plan)) return plan;
  throw new CoreshipError('failed', 'the plan has changed; nothing was changed on the cluster', {
    hint: 'run the same command again to approve the new one',
  });
}

/** Carries a plan out and shows how far it is. Resolves with the plan as it was carried out. */
async function carryOut(
  plan: Plan,
  { desired, json }: ChangeRequest,
  context: Context,
  lock: Lock | undefined,
): Promise<Plan> {
  const { cluster, io } = context;
  const registry = await cluster.registry?.();
  const progress = await progressFor(plan, io, json);
  try {
    return await followPlan(plan, {
      ports: defined({ engine: cluster.engine, clock: cluster.clock, registry }),
      stop: defined({ lock, signal: io.interrupt }),
      emit: progress.emit,
      replan: async () => (await planNow(desired, context, 'run the same command again to continue')).plan,
    });
  } finally {
    await progress.done();
  }
}
