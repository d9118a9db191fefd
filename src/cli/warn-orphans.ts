import type { ClusterView } from '../plan/cluster-view.ts';
import { serviceNames } from '../project/desired.ts';
import type { Project } from '../project/project.ts';
import type { Io } from './io.ts';

/** Names the services that run on the cluster although the project no longer has them. */
export function warnOrphans({ groups }: ClusterView, project: Project, io: Io): void {
  const orphans = new Set(groups.map(({ group }) => group.service));
  for (const service of serviceNames(project)) orphans.delete(service);
  for (const service of orphans) {
    io.err(
      `warning: ${service} runs on the cluster but is not in the project; remove it with: coreship destroy ${service}\n`,
    );
  }
}
