import { CoreshipError } from '../../errors.ts';
import { type LabDescription, readLab } from '../../lab/description.ts';
import { isLabName } from '../../lab/layout.ts';
import type { Cluster } from '../../project/cluster.ts';
import { didYouMean } from '../../project/did-you-mean.ts';
import type { Project } from '../../project/project.ts';

/**
 * The cluster of that name from coreship.yaml, or else the running lab of that name.
 * @throws CoreshipError `config` where there is neither; `failed` where the lab of the cluster is not up
 */
export async function findCluster(project: Project, name: string): Promise<Cluster> {
  const known = project.clusters.find((cluster) => cluster.name === name);
  if (known && known.lab === undefined) return known;
  const labName = known?.lab ?? name;
  const lab = isLabName(labName) ? await readLab(labName) : undefined;
  if (lab) return onLab(known ?? { ...unlisted, name }, lab);
  if (known?.lab !== undefined) {
    throw new CoreshipError('failed', `${name} is the lab ${known.lab}, which is not up`, {
      hint: `start it with: coreship lab up --name ${known.lab}${known.engine === 'fleet' ? ' --bin DIR, where DIR holds fleetd' : ''}`,
    });
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

/** A lab that coreship.yaml does not mention. */
const unlisted = { engine: 'systemd', machines: [], entry: [], socket: '/var/run/fleet.sock' } as const;

/** A cluster whose machines are those of a running lab. */
function onLab(cluster: Cluster, lab: LabDescription): Cluster {
  const { identityFile, knownHostsFile } = lab;
  const machines = lab.machines.map(({ name, address, port, user, metadata }) => {
    return { name, address, port, user, metadata, identityFile, knownHostsFile };
  });
  const own = cluster.engine === 'fleet' ? { entry: machines } : { machines };
  return { ...cluster, ...own, etcd: lab.etcd };
}
