import { z } from 'zod';
import type { Cluster, ClusterMachine, EtcdSettings, SshAddress } from './cluster.ts';
import { filePath, line, port, strictObject, text } from './schema-parts.ts';

/** Name of a cluster or a machine: what `--cluster` takes, and what plans and tables show. */
export const clusterName = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
  'made of letters, digits, ".", "-" and "_", beginning with a letter or digit',
  100,
).meta({ description: 'Name of the cluster or machine.', examples: ['production', 'web1'] });

const ADDRESS = /^(?!-)[A-Za-z0-9_.:%-]+$/;
const USER = /^(?!-)[A-Za-z0-9_.@-]+$/;
const ENDPOINT = /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\/?$/;
const ENDPOINT_TEXT = 'a URL such as "http://127.0.0.1:2379"';

const ssh = {
  address: text(ADDRESS, 'a host name, an IP address or a Host of your ssh configuration', 255).meta({
    description: 'Host name, IP address or Host of your ssh configuration.',
    examples: ['10.0.0.11', 'web1.example.org'],
  }),
  user: text(USER, 'a user name', 100)
    .exactOptional()
    .meta({ description: 'User to log in as. Default: from your ssh configuration.', examples: ['core'] }),
  port: port()
    .exactOptional()
    .meta({ description: 'Port of its sshd. Default: from your ssh configuration, else 22.' }),
  identityFile: filePath()
    .exactOptional()
    .meta({
      description:
        'Private key file, relative to the project folder, or to your home with `~/`. Default: from your ssh agent and configuration.',
      examples: ['~/.ssh/id_ed25519'],
    }),
  knownHostsFile: filePath().exactOptional().meta({
    description:
      'File of host keys, relative to the project folder, or to your home with `~/`. Default: from your ssh configuration.',
  }),
} satisfies Record<keyof SshAddress, z.ZodType>;

const named = {
  ...ssh,
  address: ssh.address.exactOptional().meta({
    description: "Host name, IP address or Host of your ssh configuration. Default: the machine's name.",
    examples: ['10.0.0.11', 'web1.example.org'],
  }),
};

const machine = strictObject({
  ...named,
  metadata: z
    .record(
      text(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'a metadata key: letters, digits, "_", "." and "-"', 100),
      text(/^[A-Za-z0-9_.:/-]+$/, 'a metadata value: letters, digits and "_.:/-"', 100),
    )
    .prefault({})
    .meta({
      description: 'Metadata of the machine, matched by `placement.metadata` of a service.',
      examples: [{ disk: 'ssd' }],
    }),
} satisfies Record<Exclude<keyof ClusterMachine, 'name'>, z.ZodType>);

const etcd = strictObject({
  endpoints: z
    .array(
      text(ENDPOINT, ENDPOINT_TEXT, 255).refine(
        (url) => !ENDPOINT.test(url) || URL.canParse(url),
        `must be ${ENDPOINT_TEXT}`,
      ),
    )
    .min(1, 'must have at least one entry')
    .meta({ description: 'URLs of etcd as seen from a machine.', examples: [['http://127.0.0.1:2379']] }),
  username: line(100)
    .min(1, 'must not be empty')
    .exactOptional()
    .meta({ description: 'User to log in to etcd as.' }),
  passwordFile: filePath().exactOptional().meta({
    description: 'File on this computer; its first line is the password.',
  }),
  caFile: filePath()
    .exactOptional()
    .meta({ description: "File with the certificate of the authority that signed etcd's own." }),
  certFile: filePath().exactOptional().meta({ description: 'File with the client certificate.' }),
  keyFile: filePath()
    .exactOptional()
    .meta({ description: "File with the client certificate's private key." }),
} satisfies Record<keyof EtcdSettings, z.ZodType>);

/** One cluster as written; its name is its key in `clusters`. */
export const clusterSchema = strictObject({
  engine: z.enum(['systemd', 'fleet']).default('systemd').meta({
    description: 'What runs the units: systemd on each machine, or the fleet of a CoreOS cluster.',
  }),
  machines: z
    .record(clusterName, machine)
    .refine((machines) => Object.keys(machines).length > 0, 'must have at least one machine')
    .exactOptional()
    .meta({
      description: 'The machines by name; for `engine: systemd` only.',
      examples: [{ web1: { address: '10.0.0.11' } }],
    }),
  entry: z
    .record(clusterName, strictObject(named))
    .refine((entry) => Object.keys(entry).length > 0, 'must have at least one machine')
    .exactOptional()
    .meta({
      description:
        'Machines through which a fleet cluster is reached, by name, tried in this order; for `engine: fleet` only. One is enough.',
      examples: [{ core1: { address: '10.0.0.11' } }],
    }),
  socket: text(/^\/[^\s]+$/, 'the absolute path of a socket', 100)
    .default('/var/run/fleet.sock')
    .meta({ description: "Path of fleet's socket on the entries." }),
  lab: clusterName.exactOptional().meta({
    description: 'Name of a local lab whose machines these are; it replaces `machines`, `entry` and `etcd`.',
    examples: ['lab'],
  }),
  etcd: etcd.exactOptional().meta({
    description: "The cluster's etcd. Default: none, and so no lock and no registration.",
  }),
  bastion: strictObject(ssh)
    .exactOptional()
    .meta({ description: 'Host through which the machines are reached. Default: none.' }),
} satisfies Record<Exclude<keyof Cluster, 'name'>, z.ZodType>);

/** A cluster as written, with the defaults that the schema fills in. */
export type WrittenCluster = z.output<typeof clusterSchema>;

/** Gives a written cluster its name; `path` makes the file names in it absolute. */
export function toCluster(name: string, written: WrittenCluster, path: (written: string) => string): Cluster {
  const { machines = {}, entry = {}, etcd, bastion, ...others } = written;
  return {
    ...others,
    name,
    machines: Object.entries(machines).map(([machineName, { address = machineName, ...machine }]) => ({
      ...withPaths(machine, path),
      name: machineName,
      address,
    })),
    entry: Object.entries(entry).map(([entryName, { address = entryName, ...entry }]) => ({
      ...withPaths(entry, path),
      name: entryName,
      address,
    })),
    ...(etcd && { etcd: withPaths(etcd, path) }),
    ...(bastion && { bastion: withPaths(bastion, path) }),
  };
}

/** Every key that names a file ends in `File`. */
function withPaths<T extends object>(settings: T, path: (written: string) => string): T {
  const resolved = Object.entries(settings).map(([key, value]) => [
    key,
    key.endsWith('File') && typeof value === 'string' ? path(value) : value,
  ]);
  return Object.fromEntries(resolved);
}
