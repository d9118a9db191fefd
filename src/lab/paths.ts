import { join } from 'node:path';

/** Folder of all labs. */
export const labsFolder = '/var/lib/coreship/labs';

/** Folder of what labs share and what can be built again: the bases of machines and images. */
export const cacheFolder = '/var/cache/coreship';

/** Where one lab keeps its files. */
export interface LabPaths {
  readonly folder: string;
  /** The layout, written first: what this lab is made of. */
  readonly layout: string;
  /** The description, written last: the lab was up. */
  readonly description: string;
  /** SSH private key that every machine accepts. */
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Which images the lab's registry holds, by content hash. */
  readonly images: string;
  /** The etcd that the machines run instead of Debian's. Missing in most labs. */
  readonly programs: string;
}

/** Where one machine of a lab keeps its files. */
export interface MachinePaths {
  readonly folder: string;
  /** Mount point of the overlay. */
  readonly root: string;
  readonly upper: string;
  readonly work: string;
  /** Bound to /var/lib/docker, because docker's overlays cannot lie on an overlay. */
  readonly docker: string;
  readonly console: string;
  readonly hostKey: string;
  /** Exists once the machine's own files are complete. */
  readonly prepared: string;
  /** The machine's control group, below the root of each hierarchy. */
  readonly cgroup: string;
}

/** The paths of the lab of that name, which must be a valid name. */
export function labPaths(lab: string): LabPaths {
  const folder = join(labsFolder, lab);
  return {
    folder,
    layout: join(folder, 'layout.json'),
    description: join(folder, 'lab.json'),
    identityFile: join(folder, 'id_ed25519'),
    knownHostsFile: join(folder, 'known_hosts'),
    images: join(folder, 'images.json'),
    programs: join(folder, 'programs'),
  };
}

/** The paths of one machine. */
export function machinePaths(lab: string, machine: string): MachinePaths {
  const folder = join(labsFolder, lab, 'machines', machine);
  return {
    folder,
    root: join(folder, 'root'),
    upper: join(folder, 'upper'),
    work: join(folder, 'work'),
    docker: join(folder, 'docker'),
    console: join(folder, 'console.log'),
    hostKey: join(folder, 'ssh_host_ed25519_key'),
    prepared: join(folder, 'prepared'),
    cgroup: join(labCgroup(lab), machine),
  };
}

/** The control group above those of a lab's machines, below the root of each hierarchy. */
export function labCgroup(lab: string): string {
  return join(labsCgroup, lab);
}

/** The control group above those of all labs. */
export const labsCgroup = 'coreship-labs';

/** The lock file of one lab. It lies outside the lab's folder, as it must outlive that. */
export function labLockPath(lab: string): string {
  return `/run/lock/coreship-lab-${lab}.lock`;
}

/** The lock file under which labs choose their networks. No lab has this name. */
export const layoutsLockPath = '/run/lock/coreship-labs.lock';

/** A base in the cache, by its name. */
export function basePath(name: string): string {
  return join(cacheFolder, name);
}
