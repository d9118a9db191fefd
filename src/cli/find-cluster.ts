import { CoreshipError } from '../errors.ts';
import { type LabDescription, readLab } from '../lab/description.ts';
import type { Cluster } from '../project/cluster.ts';
import type { Project } from '../project/project.ts';

/** The cluster of that name: from coreship.yaml, or the running lab of that name. */
export async function findCluster(project: Project, name: string): Promise<Cluster> {
  const known = project.clusters.find((cluster) => cluster.name === name);
  if (known && known.lab === undefined) return known;
  const lab = await readLab(known?.lab ?? name);
  if (lab) return onLab(known ?? { ...unwritten, name }, lab);
  if (known?.lab !== undefined) {
    throw new CoreshipError('failed', `${name} is the lab ${known.lab}, which is not up`, {
      hint: `start it with: coreship lab up --name ${known.lab}${known.engine === 'fleet' ? ' --bin DIR, where DIR holds fleetd' : ''}`,
    });
  }
  const names = project.clusters.map((cluster) => cluster.name).join(', ');
  throw new CoreshipError('config', `there is no cluster ${name}`, {
    hint:
      name === 'lab'
        ? `start the local one with: coreship lab up${names ? `; or choose one of coreship.yaml with --cluster: ${names}` : ''}`
        : `coreship.yaml has ${names || 'none'}; coreship lab up --name ${name} would make a local one`,
  });
}

/** A lab that coreship.yaml does not speak of. */
const unwritten = { engine: 'systemd', machines: [], entry: [], socket: '/var/run/fleet.sock' } as const;

/** A cluster whose machines are those of a running lab. */
function onLab(cluster: Cluster, lab: LabDescription): Cluster {
  const { identityFile, knownHostsFile } = lab;
  const machines = lab.machines.map(({ name, address, port, user, metadata }) => {
    return { name, address, port, user, metadata, identityFile, knownHostsFile };
  });
  const own = cluster.engine === 'fleet' ? { entry: machines } : { machines };
  return { ...cluster, ...own, etcd: { endpoints: ['http://127.0.0.1:2379'] } };
}
