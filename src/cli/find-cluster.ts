import { CoreshipError } from '../errors.ts';
import { readLab } from '../lab/description.ts';
import type { Cluster } from '../project/cluster.ts';
import type { Project } from '../project/project.ts';

/** The cluster of that name: from coreship.yaml, or the running lab of that name. */
export async function findCluster(project: Project, name: string): Promise<Cluster> {
  const known = project.clusters.find((cluster) => cluster.name === name);
  if (known) return known;
  const lab = await readLab(name);
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
      etcd: { endpoints: ['http://127.0.0.1:2379'] },
    };
  }
  const names = project.clusters.map((cluster) => cluster.name).join(', ');
  throw new CoreshipError('config', `there is no cluster ${name}`, {
    hint:
      name === 'lab'
        ? `start the local one with: coreship lab up${names ? `; or choose one of coreship.yaml with --cluster: ${names}` : ''}`
        : `coreship.yaml has ${names || 'none'}; coreship lab up --name ${name} would make a local one`,
  });
}
