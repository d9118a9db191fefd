import { rm } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';
import { killMachine, machinesWithCgroup, removeLabCgroups } from './cgroup.ts';
import { unmountBelow } from './mounts.ts';
import { removeNetwork } from './network.ts';
import { labPaths } from './paths.ts';

/**
 * Removes everything that carries the lab's name: processes, mounts, network, files. It looks for these
 * things themselves and not for a record of them, so that an interrupted run leaves nothing unseen.
 */
export async function sweepLab(name: string): Promise<void> {
  const { folder, description } = labPaths(name);
  await rm(description, { force: true });
  const machines = await machinesWithCgroup(name);
  const killed = await Promise.all(machines.map((machine) => killMachine(name, machine)));
  const alive = machines.filter((_, index) => !killed[index]);
  if (alive.length > 0) {
    throw new CoreshipError('failed', `processes of ${alive.join(', ')} cannot be killed`, {
      hint: 'they hang in the kernel; only a reboot of this host ends them',
    });
  }
  await removeLabCgroups(name);
  await unmountBelow(folder);
  await removeNetwork(name);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
