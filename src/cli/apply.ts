import { hostname, userInfo } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { refuseMisread, toStoredForm } from '../engines/stored-form.ts';
import { CoreshipError } from '../errors.ts';
import { viewCluster } from '../plan/cluster-view.ts';
import { type Desired, makePlan } from '../plan/make-plan.ts';
import { disturbs, type Plan } from '../plan/plan.ts';
import type { Project } from '../project/project.ts';
import type { Lock } from '../registry/registry.ts';
import { followPlan } from '../rollout/follow-plan.ts';
import { observeCompletely } from './cluster/observe-cluster.ts';
import type { OpenCluster } from './cluster/open-cluster.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { confirm } from './output/confirm.ts';
import { progressFor } from './output/progress.ts';
import { answerPlan, answerResult, showPlan } from './output/show-plan.ts';

/** How a command changes a cluster. */
export interface ApplyOptions {
  /** Wanted, given what runs now: `destroy` takes the services it finds. */
  readonly desired: Desired;
  /** The command as typed, for the lock's holder. */
  readonly command: string;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly lockWaitSeconds: number;
  /** Rules of lint that the cluster may misread units by. Default: none. */
  readonly allow?: readonly string[];
  /** Writes the project's files once the plan is agreed to. */
  readonly writeFiles?: () => Promise<void>;
}

/** Observe, plan, show, ask, lock, carry out. Resolves with the exit code. */
export async function apply(
  cluster: OpenCluster,
  project: Project,
  options: ApplyOptions,
  io: Io,
): Promise<number> {
  refuseMisread(options.desired, cluster.engine, options.allow ?? []);
  const plan = await planNow(cluster, project, options.desired, io);
  if (options.dryRun) {
    answerPlan(plan, cluster.name, options.json, io);
    return exitCodes.done;
  }
  if (plan.changes.length === 0) {
    await options.writeFiles?.();
    answerResult(plan, options.json, io);
    return exitCodes.done;
  }
  showPlan(plan, cluster.name, options.json, io);
  await agree(plan, cluster, options, io);
  return underLock(cluster, project, options, io, async (lock) => {
    const agreed = await planAgain(plan, cluster, project, options, io);
    await options.writeFiles?.();
    await carryOut(agreed, cluster, project, options, io, lock);
    return exitCodes.done;
  });
}

/** Carries a plan out before the eyes of whoever started it, and gives the result. */
async function carryOut(
  plan: Plan,
  cluster: OpenCluster,
  project: Project,
  options: ApplyOptions,
  io: Io,
  lock: Lock | undefined,
): Promise<void> {
  const ports = await portsOf(cluster);
  const progress = await progressFor(plan, io, options.json);
  let landed: Plan;
  try {
    landed = await followPlan(plan, {
      ports,
      limits: { ...(lock ? { lock } : {}), signal: io.interrupt },
      emit: progress.emit,
      replan: () => planNow(cluster, project, options.desired, io, 'run the same command again to go on'),
    });
  } finally {
    await progress.done();
  }
  answerResult(landed, options.json, io);
}

/** What would be done right now; `soFar` is what an error says of the work before. */
async function planNow(
  cluster: OpenCluster,
  project: Project,
  desired: Desired,
  io: Io,
  soFar?: string,
): Promise<Plan> {
  const names = desired.groups.flatMap(({ units }) => units.map(({ name }) => name));
  const seen = await observeCompletely(cluster, project, names, io, soFar);
  return makePlan(toStoredForm(desired, cluster.engine), viewCluster(seen));
}

/**
 * Between the look and the lock somebody else may have been at work. A plan nobody has agreed to is not carried out,
 * and nobody is asked while others wait for the lock.
 */
async function planAgain(
  shown: Plan,
  cluster: OpenCluster,
  project: Project,
  options: ApplyOptions,
  io: Io,
): Promise<Plan> {
  const plan = await planNow(cluster, project, options.desired, io);
  if (isDeepStrictEqual(plan, shown)) return plan;
  io.err('the cluster has changed since the plan was made; this is the plan now\n');
  showPlan(plan, cluster.name, options.json, io);
  if (options.yes || !disturbs(plan)) return plan;
  throw new CoreshipError('failed', 'the plan has changed; nothing was changed on the cluster', {
    hint: 'run the same command again to agree to the new one',
  });
}

async function agree(plan: Plan, cluster: OpenCluster, options: ApplyOptions, io: Io): Promise<void> {
  if (options.yes || !disturbs(plan)) return;
  if (!io.interactive) {
    throw new CoreshipError('usage', 'this plan stops, replaces or moves something; nothing was changed', {
      hint: 'nobody can be asked here: agree with --yes, or look first with --dry-run',
    });
  }
  if (!(await confirm(`Do this on ${cluster.name}?`, io))) {
    throw new CoreshipError('failed', 'not agreed to; nothing was changed');
  }
}

async function underLock(
  cluster: OpenCluster,
  project: Project,
  options: ApplyOptions,
  io: Io,
  work: (lock: Lock | undefined) => Promise<number>,
): Promise<number> {
  if (!cluster.registry) {
    io.err(`warning: ${cluster.name} has no etcd: nothing keeps two runs apart\n`);
    return work(undefined);
  }
  const registry = await cluster.registry();
  const lock = await registry.lock({
    project: project.name,
    holder: {
      who: `${userInfo().username}@${hostname()}`,
      command: options.command,
      pid: process.pid,
      since: new Date().toISOString(),
    },
    waitMs: options.lockWaitSeconds * 1000,
    onWait: ({ who, command, pid }) =>
      io.err(`waiting for the lock, held by ${who}: ${command} (process ${pid})\n`),
    onAway: ({ message }) => io.err(`${message}; waiting for it\n`),
    signal: io.interrupt,
  });
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

async function portsOf(cluster: OpenCluster) {
  const registry = await cluster.registry?.();
  return { engine: cluster.engine, clock: cluster.clock, ...(registry ? { registry } : {}) };
}
