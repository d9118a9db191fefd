import { rm } from 'node:fs/promises';
import { killCgroups, machineCgroups, removeLabCgroups } from './cgroup.ts';
import { type EmitLabEvent, runStep } from './events.ts';
import { restoreInotifyLimit } from './inotify-limit.ts';
import { checkLabName } from './layout.ts';
import { unmountBelow } from './mounts.ts';
import { removeNetwork } from './network.ts';
import { labPaths } from './paths.ts';
import { requireLabSupport } from './support.ts';
import { withLabLock } from './with-lab-lock.ts';

/**
 * Takes a lab down and leaves nothing of it, whatever state it is in.
 *
 * @throws CoreshipError `usage` for a bad name, `failed` when processes cannot be killed.
 */
export async function labDown(labName: string, emit: EmitLabEvent): Promise<void> {
  const name = checkLabName(labName);
  await requireLabSupport();
  await withLabLock(name, { emit }, () =>
    runStep(emit, 'clean', `taking ${name} down`, () => sweepLab(name)),
  );
  await restoreInotifyLimit();
}

/**
 * Removes everything that carries the lab's name: processes, mounts, network, files. It searches the host for them
 * instead of trusting a record, so that it also finds what an interrupted run left.
 */
export async function sweepLab(name: string): Promise<void> {
  const { folder, description } = labPaths(name);
  await rm(description, { force: true });
  await killCgroups(await machineCgroups(name));
  await removeLabCgroups(name);
  await unmountBelow(folder);
  await removeNetwork(name);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
