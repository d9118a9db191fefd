/** A named target: what runs units there, its machines, and its etcd as the machines see it. */
export interface Cluster {
  readonly name: string;
  readonly engine: 'systemd' | 'fleet';
  /** The machines of a systemd cluster; none for fleet, which knows its own. */
  readonly machines: readonly ClusterMachine[];
  /** The machines to enter a fleet cluster by, in the order they are tried; none for systemd. */
  readonly entry: readonly ClusterEntry[];
  /** Path of fleet's socket on the entries. */
  readonly socket: string;
  /** Absent on a cluster without etcd: no lock, no registration. */
  readonly etcd?: EtcdSettings;
  readonly bastion?: SshAddress;
  /** The local lab whose machines these are: it says how they are reached. */
  readonly lab?: string;
}

/** Where a machine is reached by SSH. What is left out comes from the user's ssh configuration; files are absolute paths. */
export interface SshAddress {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
}

/** A machine to enter a fleet cluster by. */
export interface ClusterEntry extends SshAddress {
  readonly name: string;
}

/** One machine of a cluster. */
export interface ClusterMachine extends SshAddress {
  readonly name: string;
  /** What `MachineMetadata=` in `[X-Fleet]` is held against. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The cluster's etcd. Secrets are named by file and never written into a unit. */
export interface EtcdSettings {
  /** As seen from a machine: `http://127.0.0.1:2379`. Over TLS, all certificates must hold the first one's host name. */
  readonly endpoints: readonly string[];
  readonly username?: string;
  /** File on this computer whose first line is the password. */
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}
