import { createHash } from 'node:crypto';
import { registryMark } from './machine-files.ts';

/** What a root file system is made from. Equal recipes give the same name in the cache. */
export interface Recipe {
  readonly kind: 'machine' | 'image';
  /** Debian suite, by code name. */
  readonly suite: string;
  /** Debian's name of the architecture. */
  readonly arch: string;
  readonly packages: readonly string[];
  /** systemd units that are never to start. */
  readonly masked: readonly string[];
  /** Files in addition to those of the packages: their text by their path below the root. */
  readonly files: Readonly<Record<string, string>>;
}

/** Increased when the same recipe is built in another way than before. */
const version = 1;

/** The root of every machine: Debian's packages for what a CoreOS machine of the tutorial has. */
export function machineRecipe(suite: string, arch: string): Recipe {
  const packages = [
    'systemd',
    'systemd-sysv',
    'dbus',
    'openssh-server',
    'sudo',
    'iproute2',
    'iptables',
    'procps',
    'netbase',
    'curl',
    'ca-certificates',
    'etcd-server',
    'etcd-client',
    'docker.io',
    'docker-registry',
  ];
  return { kind: 'machine', suite, arch, packages, masked: useless, files: machineFiles };
}

/** Units that are useless in a machine without hardware, logins or access to the archive. */
const useless = [
  'systemd-logind.service',
  'systemd-udevd.service',
  'getty.target',
  'console-getty.service',
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
];

const machineFiles = {
  'etc/sudoers.d/core': 'core ALL=(ALL) NOPASSWD: ALL\n',
  'etc/ssh/sshd_config.d/lab.conf': 'PasswordAuthentication no\n',
  'etc/default/locale': 'LANG=C.UTF-8\n',
  // Each machine gets its own.
  'etc/machine-id': '',
  'etc/systemd/system/docker-registry.service.d/lab.conf': `[Unit]\nConditionPathExists=/${registryMark}\n`,
};

/** The base of the example images: both servers, and what the load balancer's watcher needs. */
export function imageRecipe(suite: string, arch: string): Recipe {
  const packages = ['apache2', 'nginx-light', 'curl', 'etcd-client', 'ca-certificates', 'bash', 'procps'];
  return { kind: 'image', suite, arch, packages, masked: [], files: {} };
}

/** Name of a recipe's base in the cache. */
export function recipeName(recipe: Recipe): string {
  const hash = createHash('sha256')
    .update(JSON.stringify({ version, ...recipe }))
    .digest('hex');
  return `${recipe.kind}-${recipe.suite}-${hash.slice(0, 12)}`;
}
