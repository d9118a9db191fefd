import type { Project } from '../project/project.ts';
import type { GlobalArguments } from './arguments.ts';
import { type OpenCluster, openCluster } from './cluster/open-cluster.ts';
import type { Io } from './io.ts';

/** What a command works on, and how it talks. */
export interface Context {
  readonly project: Project;
  readonly cluster: OpenCluster;
  readonly io: Io;
}

/** Opens the cluster that a command was called for, and closes it once the work has ended. */
export async function withCluster<T>(
  project: Project,
  { cluster: name }: Pick<GlobalArguments, 'cluster'>,
  io: Io,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const cluster = await openCluster(project, name, io.err);
  try {
    return await work({ project, cluster, io });
  } finally {
    await cluster.close();
  }
}
