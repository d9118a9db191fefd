import { defined } from '../../defined.ts';
import { balancerStatus } from '../../engines/balancer-status.ts';
import { CoreshipError } from '../../errors.ts';
import {
  type ClusterFacts,
  type ClusterView,
  runningBalancers,
  type Serving,
  viewCluster,
} from '../../plan/cluster-view.ts';
import type { Observation } from '../../plan/observation.ts';
import type { BalancerRef } from '../../plan/plan.ts';
import type { Project } from '../../project/project.ts';
import type { Io } from '../io.ts';
import type { OpenCluster } from './open-cluster.ts';

/** What was observed of a cluster, as facts and as a view of them. */
export interface ClusterSnapshot {
  readonly facts: ClusterFacts;
  readonly view: ClusterView;
  /** Why the facts lack the registrations, where etcd could not be read. */
  readonly registryError?: unknown;
}

/** What an error says about the work before the observation, by default. */
const nothingChanged = 'nothing was changed';

/**
 * Observes everything that a plan or a status is made from: machines, units, registrations, load balancers.
 * @param names unit names: the observation also says who else uses them
 * @param soFar what an error says about the work before
 */
export async function observeCluster(
  cluster: OpenCluster,
  project: Project,
  names: readonly string[],
  io: Pick<Io, 'interrupt'>,
  soFar = nothingChanged,
): Promise<ClusterSnapshot> {
  const [{ registrations, registryError }, observation] = await Promise.all([
    readRegistrations(cluster),
    cluster.engine.observe(names, io.interrupt),
  ]);
  const serving = await Promise.all(
    runningBalancers(observation, project.services).map((balancer) => readServing(cluster, balancer)),
  );
  if (io.interrupt.aborted) throw new CoreshipError('interrupted', `interrupted; ${soFar}`);
  const { services, registry: settings } = project;
  const facts = defined({ observation, services, settings, serving, registrations });
  return defined({ facts, view: viewCluster(facts), registryError });
}

/** Milliseconds to wait for an etcd that does not answer, and between two observations. */
const etcdWait = { waitMs: 30_000, pauseMs: 500 };

/**
 * Observes a cluster that is about to be changed; one that is not reachable in full is refused. An etcd that does not
 * answer is waited for, as it may be electing a leader.
 * @throws CoreshipError `failed` where machines are not reachable, or etcd stays away
 */
export async function observeCompletely(
  cluster: OpenCluster,
  project: Project,
  names: readonly string[],
  io: Pick<Io, 'interrupt' | 'err'>,
  soFar = nothingChanged,
): Promise<ClusterSnapshot> {
  const { clock } = cluster;
  const deadline = clock.now() + etcdWait.waitMs;
  for (let attempt = 0; ; attempt++) {
    const snapshot = await observeCluster(cluster, project, names, io, soFar);
    refuseUnreachable(snapshot.facts.observation, soFar);
    const { registryError } = snapshot;
    if (registryError === undefined) return snapshot;
    const mayPass = registryError instanceof CoreshipError && registryError.code === 'failed';
    if (!mayPass || clock.now() >= deadline) throw registryError;
    if (attempt === 0) io.err(`${registryError.message}; waiting for it\n`);
    await clock.sleep(etcdWait.pauseMs);
  }
}

/** Machines that are not reachable also hide etcd. They make the better message, so this error comes later. */
async function readRegistrations(
  cluster: OpenCluster,
): Promise<{ readonly registrations?: ClusterFacts['registrations']; readonly registryError?: unknown }> {
  try {
    const registry = await cluster.registry?.();
    return defined({ registrations: await registry?.registrations('/services/') });
  } catch (registryError) {
    return { registryError };
  }
}

async function readServing({ engine }: OpenCluster, balancer: BalancerRef): Promise<Serving> {
  const status = await balancerStatus(engine, balancer).catch(() => undefined);
  if (!status) return { balancer, problem: 'it does not answer' };
  return defined({ balancer, lists: status.services, problem: status.problem });
}

function refuseUnreachable({ unreachable }: Observation, soFar: string): void {
  if (unreachable.length === 0) return;
  const names = unreachable.map(({ name }) => name).join(', ');
  const hints = new Set(unreachable.map(({ hint }) => hint).filter((hint) => hint !== undefined));
  throw new CoreshipError('failed', `${names}: not reachable; ${soFar}`, {
    details: unreachable.map(({ reason }) => reason),
    ...defined({ hint: hints.size > 0 ? [...hints].join('; ') : undefined }),
  });
}
