import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { labPaths } from './paths.ts';
import { hashOfPrograms, type Programs } from './programs.ts';
import { writeFilesBelow } from './rootfs.ts';

const names = ['etcd', 'etcdctl'];

/** Keeps the etcd that a new lab is given, for its machines to get when they are made. */
export async function keepEtcd(lab: string, { folder, etcd }: Programs): Promise<void> {
  if (etcd) await copyPrograms(folder, labPaths(lab).programs);
}

/**
 * Members cannot go from any etcd to any other with their data.
 * @throws CoreshipError `usage` where a lab that is there was made with another etcd than the one given
 */
export async function refuseOtherEtcd(lab: string, { folder, etcd }: Programs): Promise<void> {
  const kept = labPaths(lab).programs;
  if (!etcd) return;
  if ((await exists(kept)) && (await hashOfPrograms(kept, names)) === (await hashOfPrograms(folder, names)))
    return;
  throw new CoreshipError('usage', `${lab} was made with another etcd than the one in ${folder}`, {
    hint: `coreship lab down --name ${lab} first, or choose another name`,
  });
}

/** Puts the lab's own etcd, where it has one, into the root of a new machine, in the place of Debian's. */
export async function installEtcd(lab: string, root: string): Promise<void> {
  const kept = labPaths(lab).programs;
  if (!(await exists(kept))) return;
  await copyPrograms(kept, join(root, 'usr/local/bin'));
  await writeFilesBelow(root, {
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
