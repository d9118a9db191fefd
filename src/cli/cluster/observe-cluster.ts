import { balancerStatus } from '../../engines/balancer-status.ts';
import { CoreshipError } from '../../errors.ts';
import { type ClusterFacts, runningBalancers, type Serving, viewCluster } from '../../plan/cluster-view.ts';
import type { Observation } from '../../plan/observation.ts';
import type { Project } from '../../project/project.ts';
import type { Io } from '../io.ts';
import type { OpenCluster } from './open-cluster.ts';

/** What was seen, and what kept etcd out of sight. */
export interface ClusterSnapshot {
  readonly seen: ClusterFacts;
  readonly registryError?: unknown;
}

/** What is said of the cluster where a look fails before anything was done. */
const untouched = 'nothing was changed';

/**
 * Looks at everything a plan or a status is made from: machines, units, registrations, load balancers. `soFar` is what
 * an error says of the work before this look.
 */
export async function observeCluster(
  cluster: OpenCluster,
  project: Project,
  desired: readonly string[],
  io: Pick<Io, 'interrupt'>,
  soFar = untouched,
): Promise<ClusterSnapshot> {
  const [{ registrations, registryError }, observation] = await Promise.all([
    readRegistrations(cluster),
    cluster.engine.observe(desired, io.interrupt),
  ]);
  const serving = await Promise.all(
    runningBalancers(observation, project.services).map(async (balancer): Promise<Serving> => {
      const status = await balancerStatus(cluster.engine, balancer).catch(() => undefined);
      if (!status) return { balancer, problem: 'it does not answer' };
      const { services: lists, problem } = status;
      return { balancer, lists, ...(problem === undefined ? {} : { problem }) };
    }),
  );
  if (io.interrupt.aborted) throw new CoreshipError('interrupted', `interrupted; ${soFar}`);
  const seen = {
    observation,
    services: project.services,
    settings: project.registry,
    serving,
    ...(registrations ? { registrations } : {}),
  };
  return { seen, ...(registryError === undefined ? {} : { registryError }) };
}

/** Milliseconds that an etcd which does not answer is waited for, and between two looks. */
const patience = { waitMs: 30_000, pauseMs: 500 };

/**
 * Looks with a view to changing something: a cluster of which a part is out of sight is refused. An etcd that does not
 * answer is waited for: it may be choosing a new leader.
 */
export async function observeCompletely(
  cluster: OpenCluster,
  project: Project,
  desired: readonly string[],
  io: Pick<Io, 'interrupt' | 'err'>,
  soFar = untouched,
): Promise<ClusterFacts> {
  const { clock } = cluster;
  const deadline = clock.now() + patience.waitMs;
  let told = false;
  for (;;) {
    const { seen, registryError } = await observeCluster(cluster, project, desired, io, soFar);
    refuseUnreachable(seen.observation, soFar);
    if (registryError === undefined) return seen;
    const passes = registryError instanceof CoreshipError && registryError.code === 'failed';
    if (!passes || clock.now() >= deadline) throw registryError;
    if (!told) io.err(`${registryError.message}; waiting for it\n`);
    told = true;
    await clock.sleep(patience.pauseMs);
  }
}

/** Machines that do not answer also hide etcd; they are the better message, so this error waits. */
async function readRegistrations(cluster: OpenCluster) {
  try {
    const registry = await cluster.registry?.();
    return { registrations: await registry?.registrations('/services/') };
  } catch (registryError) {
    return { registryError };
  }
}

function refuseUnreachable(observation: Observation, soFar: string): void {
  const { unreachable } = observation;
  if (unreachable.length === 0) return;
  const hints = new Set(unreachable.map(({ hint }) => hint).filter((hint) => hint !== undefined));
  throw new CoreshipError(
    'failed',
    `${unreachable.map(({ name }) => name).join(', ')}: not reachable; ${soFar}`,
    {
      details: unreachable.map(({ reason }) => reason),
      ...(hints.size > 0 ? { hint: [...hints].join('; ') } : {}),
    },
  );
}

/** Says which services run on the cluster although the project no longer has them. */
export function warnOfStrays(seen: ClusterFacts, known: readonly string[], io: Io): void {
  const strays = new Set(viewCluster(seen).groups.map(({ group }) => group.service));
  for (const service of known) strays.delete(service);
  for (const service of strays) {
    io.err(`warning: ${service} runs, but is not in the project; coreship destroy ${service} removes it\n`);
  }
}
