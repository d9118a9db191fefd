/** A cluster: what runs units there, its machines, and its etcd as seen from the machines. */
export interface Cluster {
  readonly name: string;
  readonly engine: 'systemd' | 'fleet';
  /** The machines of a systemd cluster; empty for fleet, which knows its own. */
  readonly machines: readonly ClusterMachine[];
  /** The machines through which a fleet cluster is reached, in the order to try them; empty for systemd. */
  readonly entry: readonly ClusterEntry[];
  /** Path of fleet's socket on the entries. */
  readonly socket: string;
  /** Absent on a cluster without etcd, which has no lock and no registration. */
  readonly etcd?: EtcdSettings;
  readonly bastion?: SshAddress;
  /** The local lab whose machines these are; it knows how to reach them. */
  readonly lab?: string;
}

/** How a machine is reached by SSH. Absent fields are taken from the user's ssh configuration; files are absolute paths. */
export interface SshAddress {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
  readonly identityFile?: string;
  readonly knownHostsFile?: string;
}

/** A machine through which a fleet cluster is reached. */
export interface ClusterEntry extends SshAddress {
  readonly name: string;
}

/** One machine of a cluster. */
export interface ClusterMachine extends SshAddress {
  readonly name: string;
  /** What `MachineMetadata=` in `[X-Fleet]` must match. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The cluster's etcd. Secrets are named by file and never written into a unit. */
export interface EtcdSettings {
  /** As seen from a machine: `http://127.0.0.1:2379`. With TLS, all certificates must hold the host name of the first. */
  readonly endpoints: readonly string[];
  readonly username?: string;
  /** File on this computer; its first line is the password. */
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}
