import { type Clock, systemClock } from '../../clock.ts';
import { defined } from '../../defined.ts';
import type { Engine } from '../../engines/engine.ts';
import { type FleetCluster, fleetEngine } from '../../engines/fleet/engine.ts';
import { systemdEngine } from '../../engines/systemd/engine.ts';
import type { SystemdMachine } from '../../engines/systemd/machine-directory.ts';
import type { Cluster, ClusterEntry, EtcdSettings, SshAddress } from '../../project/cluster.ts';
import { ownedUnits } from '../../project/owned-units.ts';
import type { Project } from '../../project/project.ts';
import type { Registry } from '../../registry/registry.ts';
import { createConnect } from '../../ssh/connect.ts';
import type { Connect, Target } from '../../ssh/connection.ts';
import { createPool } from '../../ssh/pool.ts';
import { findCluster } from './find-cluster.ts';
import { openRegistry } from './open-registry.ts';

/** A cluster; connections to it are made when they are needed. */
export interface OpenCluster {
  readonly name: string;
  readonly engine: Engine;
  /** The registry, reached through the machines; absent on a cluster without etcd. */
  readonly registry?: () => Promise<Registry>;
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Machines to reach etcd through: enough that one may be down. */
const etcdRoutes = 3;

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
  const routes = [...cluster.machines, ...cluster.entry].slice(0, etcdRoutes).map((machine) => {
    const target = toTarget(machine, cluster);
    return () => pool.get(target);
  });
  const fleet =
    cluster.engine === 'fleet' ? fleetEngine(fleetCluster(cluster, project, connect, tell)) : undefined;
  let registry: Promise<Registry> | undefined;
  const { etcd } = cluster;
  const openOnce = (settings: EtcdSettings) => (): Promise<Registry> => {
    registry ??= openRegistry(project.registry.api, settings, routes).catch((error: unknown) => {
      // The next attempt may succeed.
      registry = undefined;
      throw error;
    });
    return registry;
  };
  return {
    name: cluster.name,
    engine: fleet ?? systemdEngine({ project: project.name, machines }),
    ...defined({ registry: etcd && openOnce(etcd) }),
    clock: systemClock,
    close: async () => {
      await registry?.then((open) => open.close()).catch(() => undefined);
      await fleet?.close();
      await pool.closeAll();
    },
  };
}

/** What the fleet engine needs to know about the cluster, the project and the connections. */
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
    owns: ownedUnits(project),
    // A service that is not registered needs no address.
    wantsAddresses: project.services.some(({ registration }) => registration),
    connectThrough: ({ name, address }, entry) => {
      const own = targets.get(name);
      const through = targets.get(entry.name);
      return connect(own ?? { ...through, name, host: address, ...defined({ bastion: through }) });
    },
  };
}

function toTarget(machine: ClusterEntry, cluster: Cluster): Target {
  const bastion = cluster.bastion && sshTarget(`bastion of ${cluster.name}`, cluster.bastion);
  return { ...sshTarget(machine.name, machine), ...defined({ bastion }) };
}

function sshTarget(name: string, address: SshAddress): Target {
  const { user, port, identityFile, knownHostsFile } = address;
  return defined({
    name,
    host: address.address,
    user,
    port,
    identityFiles: identityFile === undefined ? undefined : [identityFile],
    knownHostsFiles: knownHostsFile === undefined ? undefined : [knownHostsFile],
  });
}
