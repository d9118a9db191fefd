import type { Lab, Machine } from './lab.ts';

/** A file of a machine, by its path below the machine's root. */
export interface MachineFile {
  readonly path: string;
  readonly content: string;
  /** Permission bits. Default 0o644. */
  readonly mode?: number;
  /** Owner and group. Default root. */
  readonly owner?: number;
}

/** User id of `core` in the base. */
export const coreUid = 1000;

/** Where the lab's image registry listens, as the machines see it. */
export function registryAddress(lab: Lab): string {
  return `${lab.machines[0]?.address}:5000`;
}

/** The files that turn the base into this machine: its identity and its neighbours. */
export function machineFiles(
  machine: Machine,
  keys: { readonly authorized: string; readonly host: string },
): readonly MachineFile[] {
  const { name, address, lab } = machine;
  const hosts = lab.machines.map((other) => `${other.address} ${other.name}`);
  const files: MachineFile[] = [
    { path: 'etc/machine-id', content: `${machine.id}\n`, mode: 0o444 },
    { path: 'etc/hostname', content: `${name}\n` },
    { path: 'etc/hosts', content: ['127.0.0.1 localhost', ...hosts, ''].join('\n') },
    // Nothing listens there, so that a lookup fails at once instead of after ten seconds.
    { path: 'etc/resolv.conf', content: 'nameserver 127.0.0.1\n' },
    { path: 'etc/environment', content: `COREOS_PRIVATE_IPV4=${address}\nCOREOS_PUBLIC_IPV4=${address}\n` },
    { path: 'etc/coreship/etcd.env', content: etcdClientSettings(machine), mode: 0o600 },
    { path: 'etc/default/etcd', content: etcdSettings(machine) },
    { path: 'etc/docker/daemon.json', content: dockerSettings(lab) },
    { path: 'etc/ssh/ssh_host_ed25519_key', content: keys.host, mode: 0o600 },
    { path: 'home/core/.ssh/authorized_keys', content: keys.authorized, mode: 0o600, owner: coreUid },
  ];
  const servesImages = machine === lab.machines[0];
  return servesImages ? [...files, { path: registryMark, content: '' }] : files;
}

/** The base starts docker-registry only on a machine that has this file. */
export const registryMark = 'etc/docker/registry/serve';

function etcdSettings({ name, address, lab }: Machine): string {
  const cluster = lab.machines.map((other) => `${other.name}=http://${other.address}:2380`).join(',');
  const settings = {
    ETCD_NAME: name,
    ETCD_ENABLE_V2: 'true',
    ETCD_LISTEN_CLIENT_URLS: 'http://0.0.0.0:2379,http://0.0.0.0:4001',
    ETCD_ADVERTISE_CLIENT_URLS: `http://${address}:2379`,
    ETCD_LISTEN_PEER_URLS: `http://${address}:2380`,
    ETCD_INITIAL_ADVERTISE_PEER_URLS: `http://${address}:2380`,
    ETCD_INITIAL_CLUSTER: cluster,
    ETCD_INITIAL_CLUSTER_TOKEN: lab.name,
    // A member that comes back must not force an election; the default from etcd 3.5 on.
    ETCD_PRE_VOTE: 'true',
    // etcd 3.4 refuses to start on 64-bit ARM without it; other architectures ignore it.
    ETCD_UNSUPPORTED_ARCH: 'arm64',
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** What sidekicks and load balancers read: all members, so that none depends on the one of its own machine. */
function etcdClientSettings(machine: Machine): string {
  const others = machine.lab.machines.filter((other) => other !== machine);
  const endpoints = [machine, ...others].map(({ address }) => `http://${address}:2379`);
  return `ETCDCTL_ENDPOINTS=${endpoints.join(',')}\n`;
}

function dockerSettings(lab: Lab): string {
  const registry = registryAddress(lab);
  const settings = {
    // Containers find etcd at the address of their gateway, so it must not change.
    bip: '172.17.0.1/16',
    'registry-mirrors': [`http://${registry}`],
    'insecure-registries': [registry],
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
