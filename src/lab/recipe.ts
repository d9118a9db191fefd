import { createHash } from 'node:crypto';

/** What a root file system is made from. Equal recipes give the same name in the cache. */
export interface Recipe {
  readonly kind: 'machine' | 'image';
  /** Debian suite, by code name. */
  readonly suite: string;
  /** Debian's name of the architecture. */
  readonly arch: string;
  readonly packages: readonly string[];
}

/** Raised when a recipe is carried out in another way than before, so that old results are not used. */
const version = 1;

/** The root of every machine: what a CoreOS machine of the tutorial has, in Debian's packages. */
export function machineRecipe(suite: string, arch: string): Recipe {
  const packages = [
    ...['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo'],
    ...['iproute2', 'iptables', 'procps', 'netbase', 'curl', 'ca-certificates'],
    ...['etcd-server', 'etcd-client', 'docker.io', 'docker-registry'],
  ];
  return { kind: 'machine', suite, arch, packages };
}

/** The root below the example images: both servers, and what the load balancer's watcher needs. */
export function imageRecipe(suite: string, arch: string): Recipe {
  const packages = ['apache2', 'nginx-light', 'curl', 'etcd-client', 'ca-certificates', 'bash', 'procps'];
  return { kind: 'image', suite, arch, packages };
}

/** Name of a recipe's result in the cache. */
export function recipeName(recipe: Recipe): string {
  const hash = createHash('sha256')
    .update(JSON.stringify({ version, ...recipe }))
    .digest('hex');
  return `${recipe.kind}-${recipe.suite}-${hash.slice(0, 12)}`;
}
