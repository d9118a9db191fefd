import { join } from 'node:path';

/** Folder of all labs. */
export const labsFolder = '/var/lib/coreship/labs';

/** Folder of what labs share and what can be made again: the machines' base, the images' base. */
export const cacheFolder = '/var/cache/coreship';

/** Where one lab keeps what belongs to it. */
export interface LabPaths {
  readonly folder: string;
  /** The layout, written first: what this lab is made of. */
  readonly layout: string;
  /** The description, written last: the lab was up. */
  readonly description: string;
  readonly identity: string;
  readonly knownHosts: string;
  readonly machines: string;
  /** Which images the lab's registry holds, by content hash. */
  readonly images: string;
  /** The etcd that the machines run in place of Debian's; often not there. */
  readonly programs: string;
}

/** Where one machine of a lab keeps what belongs to it. */
export interface MachinePaths {
  readonly folder: string;
  /** Where the overlay is mounted. */
  readonly root: string;
  readonly upper: string;
  readonly work: string;
  /** Bound on /var/lib/docker: an overlay cannot lie on an overlay. */
  readonly docker: string;
  readonly console: string;
  readonly hostKey: string;
  /** There once the machine's own files are complete. */
  readonly prepared: string;
}

/** The paths of the lab of that name, which must be a valid name. */
export function labPaths(name: string): LabPaths {
  const folder = join(labsFolder, name);
  return {
    folder,
    layout: join(folder, 'layout.json'),
    description: join(folder, 'lab.json'),
    identity: join(folder, 'id_ed25519'),
    knownHosts: join(folder, 'known_hosts'),
    machines: join(folder, 'machines'),
    images: join(folder, 'images.json'),
    programs: join(folder, 'programs'),
  };
}

/** The lock file of one lab, outside its folder: removing the folder must not remove the lock. */
export function labLockPath(name: string): string {
  return `/run/lock/coreship-lab-${name}.lock`;
}

/** The lock file under which labs choose their networks. No lab has this name. */
export const layoutsLockPath = '/run/lock/coreship-labs.lock';

/** The paths of one machine. */
export function machinePaths(lab: string, machine: string): MachinePaths {
  const folder = join(labPaths(lab).machines, machine);
  return {
    folder,
    root: join(folder, 'root'),
    upper: join(folder, 'upper'),
    work: join(folder, 'work'),
    docker: join(folder, 'docker'),
    console: join(folder, 'console.log'),
    hostKey: join(folder, 'ssh_host_ed25519_key'),
    prepared: join(folder, 'prepared'),
  };
}
