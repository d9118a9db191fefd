import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import type { Machine } from './lab.ts';
import { labPaths } from './paths.ts';
import { type Programs, readSet } from './programs.ts';
import { writeFilesBelow } from './rootfs.ts';

const names = ['etcd', 'etcdctl'];

/** Copies the etcd that a new lab is given to the lab's folder, from which its machines get it. */
export async function keepEtcd(lab: string, { folder, etcd }: Programs): Promise<void> {
  if (etcd) await copyPrograms(folder, labPaths(lab).programs);
}

/**
 * Checks that a lab was made with the etcd that is given now: members cannot change from one etcd to another and keep
 * their data.
 *
 * @throws CoreshipError `usage` where it was made with another one.
 */
export async function refuseOtherEtcd(lab: string, { folder, etcd }: Programs): Promise<void> {
  if (!etcd || (await readSet(labPaths(lab).programs, names))?.hash === etcd.hash) return;
  throw new CoreshipError('usage', `${lab} was made with another etcd than the one in ${folder}`, {
    hint: `coreship lab down --name ${lab} first, or choose another name`,
  });
}

/** Installs the lab's own etcd, where it has one, in the root of a new machine, to run instead of Debian's. */
export async function installEtcd({ lab, paths }: Machine): Promise<void> {
  if (!(await exists(lab.paths.programs))) return;
  await copyPrograms(lab.paths.programs, join(paths.root, 'usr/local/bin'));
  await writeFilesBelow(paths.root, {
    'etc/systemd/system/etcd.service.d/lab.conf': '[Service]\nExecStart=\nExecStart=/usr/local/bin/etcd\n',
  });
}

async function copyPrograms(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of names) {
    await copyFile(join(from, name), join(to, name));
    await chmod(join(to, name), 0o755);
  }
}
