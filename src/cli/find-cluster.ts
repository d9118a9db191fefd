import { CoreshipError } from '../errors.ts';
import { readLab } from '../lab/description.ts';
import { isLabName } from '../lab/layout.ts';
import type { Cluster } from '../project/cluster.ts';
import { didYouMean } from '../project/did-you-mean.ts';
import type { Project } from '../project/project.ts';

/**
 * The cluster of that name: from coreship.yaml, or the running lab of that name.
 *
 * @throws CoreshipError `config` when there is neither.
 */
export async function findCluster(project: Project, name: string): Promise<Cluster> {
  const known = project.clusters.find((cluster) => cluster.name === name);
  if (known) return known;
  const lab = isLabName(name) ? await readLab(name) : undefined;
  if (lab) {
    return {
      name,
      engine: 'systemd',
      machines: lab.machines.map(({ name: machine, address, port, user, metadata }) => ({
        name: machine,
        address,
        port,
        user,
        metadata,
        identityFile: lab.identityFile,
        knownHostsFile: lab.knownHostsFile,
      })),
      etcd: lab.etcd,
    };
  }
  const names = project.clusters.map((cluster) => cluster.name);
  throw new CoreshipError('config', `there is no cluster ${name}`, { hint: hintFor(name, names) });
}

function hintFor(name: string, names: readonly string[]): string {
  if (name === 'lab') {
    const others =
      names.length > 0 ? `; or choose one of coreship.yaml with --cluster: ${names.join(', ')}` : '';
    return `start the local one with: coreship lab up${others}`;
  }
  const near = didYouMean(name, names) ?? `coreship.yaml has ${names.join(', ') || 'none'}`;
  return isLabName(name) ? `${near}; coreship lab up --name ${name} would make a local one` : near;
}
