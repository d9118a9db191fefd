import { CoreshipError } from '../errors.ts';
import type { Seen, Serving } from '../plan/cluster-view.ts';
import { runningBalancers } from '../plan/cluster-view.ts';
import type { Observation } from '../plan/observation.ts';
import type { Project } from '../project/project.ts';
import { servedBackends } from '../rollout/balancer.ts';
import type { OpenCluster } from './context.ts';

/** Looks at everything a plan or a status is made from: machines, units, registrations, load balancers. */
export async function look(cluster: OpenCluster, project: Project, wanted: readonly string[]): Promise<Seen> {
  const [observation, registrations] = await Promise.all([
    cluster.engine.observe(wanted),
    cluster.registry?.().then((registry) => registry.registrations('/services/')),
  ]);
  const serving = await Promise.all(
    runningBalancers(observation, project.services).map(async (balancer): Promise<Serving> => {
      const backends = await servedBackends(cluster.engine, balancer).catch(() => undefined);
      return { balancer, ...(backends ? { backends } : {}) };
    }),
  );
  return {
    observation,
    services: project.services,
    settings: project.registry,
    serving,
    ...(registrations ? { registrations } : {}),
  };
}

/** Nothing is planned for a cluster of which a part is out of sight. */
export function refuseUnreachable(observation: Observation): void {
  const { unreachable } = observation;
  if (unreachable.length === 0) return;
  const hints = new Set(unreachable.map(({ hint }) => hint).filter((hint) => hint !== undefined));
  throw new CoreshipError(
    'failed',
    `${unreachable.map(({ name }) => name).join(', ')}: not reachable; nothing was changed`,
    {
      details: unreachable.map(({ reason }) => reason),
      ...(hints.size > 0 ? { hint: [...hints].join('; ') } : {}),
    },
  );
}
