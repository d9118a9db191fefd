import { type Clock, systemClock } from '../../clock.ts';
import type { Engine } from '../../engines/engine.ts';
import { type FleetCluster, fleetEngine } from '../../engines/fleet/engine.ts';
import { systemdEngine } from '../../engines/systemd/engine.ts';
import type { SystemdMachine } from '../../engines/systemd/machine-directory.ts';
import type { Cluster, ClusterEntry, SshAddress } from '../../project/cluster.ts';
import type { Project } from '../../project/project.ts';
import type { Registry } from '../../registry/registry.ts';
import { createConnect } from '../../ssh/connect.ts';
import type { Connect, Target } from '../../ssh/connection.ts';
import { createPool } from '../../ssh/pool.ts';
import { findCluster } from './find-cluster.ts';
import { openRegistry } from './open-registry.ts';

/** A cluster, connected as far as somebody has asked for it. */
export interface OpenCluster {
  readonly name: string;
  readonly engine: Engine;
  /** The registry, reached through the machines; absent on a cluster without etcd. */
  readonly registry?: () => Promise<Registry>;
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Machines that lend their way to etcd: enough that one may be down. */
const etcdDoors = 3;

/** Opens the cluster a command works on. The only place where concrete engines and registries are made. */
export async function openCluster(
  project: Project,
  name: string,
  tell: (line: string) => void = () => undefined,
): Promise<OpenCluster> {
  const cluster = await findCluster(project, name);
  const connect = createConnect();
  const pool = createPool(connect);
  const machines = cluster.machines.map((machine): SystemdMachine => {
    const target = toTarget(machine, cluster);
    return { name: machine.name, metadata: machine.metadata, connect: () => pool.get(target) };
  });
  const doors = [...cluster.machines, ...cluster.entry].slice(0, etcdDoors).map((machine) => {
    const target = toTarget(machine, cluster);
    return () => pool.get(target);
  });
  const fleet =
    cluster.engine === 'fleet' ? fleetEngine(fleetCluster(cluster, project, connect, tell)) : undefined;
  let registry: Promise<Registry> | undefined;
  const { etcd } = cluster;
  return {
    name: cluster.name,
    engine: fleet ?? systemdEngine({ project: project.name, machines }),
    ...(etcd
      ? {
          registry: () => {
            registry ??= openRegistry(project.registry.api, etcd, doors).catch((error: unknown) => {
              // What could not be opened may be when it is asked for again.
              registry = undefined;
              throw error;
            });
            return registry;
          },
        }
      : {}),
    clock: systemClock,
    close: async () => {
      await registry?.then((open) => open.close()).catch(() => undefined);
      await fleet?.close();
      await pool.closeAll();
    },
  };
}

/** What the fleet engine is to know of its cluster, its project and the way there. */
function fleetCluster(
  cluster: Cluster,
  project: Project,
  connect: Connect,
  tell: (line: string) => void,
): FleetCluster {
  const targets = new Map(cluster.entry.map((entry) => [entry.name, toTarget(entry, cluster)]));
  const entries = [...targets].map(([name, target]) => {
    return { name, address: target.host, connect: () => connect(target) };
  });
  return {
    entries,
    socket: cluster.socket,
    clock: systemClock,
    tell: (line) => tell(`${line}\n`),
    owns: ownUnits(project),
    // What is not registered has no address to wait for.
    wantsAddresses: project.services.some(({ registration }) => registration),
    connectThrough: ({ name, address }, entry) => {
      const own = targets.get(name);
      const through = targets.get(entry.name);
      return connect(own ?? { ...through, name, host: address, ...(through ? { bastion: through } : {}) });
    },
  };
}

/** The names that are the project's on a cluster which knows no owners: its units, and every instance of its templates. */
function ownUnits(project: Project): (unit: string) => boolean {
  const names = new Set([...project.units, ...project.instances].map(({ name }) => name));
  const templates = [...names].filter((name) => name.includes('@.')).map((name) => name.split('@.'));
  return (unit) => {
    if (unit.includes('@.')) return false;
    return (
      names.has(unit) ||
      templates.some(([head, type]) => unit.startsWith(`${head}@`) && unit.endsWith(`.${type}`))
    );
  };
}

function toTarget(machine: ClusterEntry, cluster: Cluster): Target {
  return {
    ...sshTarget(machine.name, machine),
    ...(cluster.bastion ? { bastion: sshTarget(`bastion of ${cluster.name}`, cluster.bastion) } : {}),
  };
}

function sshTarget(name: string, address: SshAddress): Target {
  const { user, port, identityFile, knownHostsFile } = address;
  return {
    name,
    host: address.address,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identityFile === undefined ? {} : { identityFiles: [identityFile] }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFiles: [knownHostsFile] }),
  };
}
