import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { pollUntil } from '../poll.ts';
import { readText } from './files.ts';
import { labCgroup, labsCgroup } from './paths.ts';

/**
 * A machine's control group holds all its processes, including nspawn's, and no others. So it says whether the machine
 * runs, and killing it never hits another process (cgroups(7), cgroup.kill since Linux 5.14). Machines must not share
 * one, because each init manages the group it starts in and could no longer stop its services.
 *
 * Groups are given by their path below the root of a hierarchy.
 */
export interface CgroupRoots {
  /** Where cgroup version 2 is mounted; undefined when it is not. */
  readonly unified: string | undefined;
  /** Where systemd's own version 1 hierarchy is mounted, on hosts that have both. */
  readonly named: string | undefined;
}

/** Finds the hierarchies that a machine's init uses. */
export async function cgroupRoots(): Promise<CgroupRoots> {
  return parseCgroupMounts(await readFile('/proc/self/mounts', 'utf8'));
}

/** Reads {@link CgroupRoots} from a table of mounts in the format of proc(5). */
export function parseCgroupMounts(mounts: string): CgroupRoots {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const find = (matches: (type: string, flags: readonly string[]) => boolean): string | undefined =>
    rows.find(([, , type = '', flags = '']) => matches(type, flags.split(',')))?.[1];
  return {
    unified: find((type) => type === 'cgroup2'),
    named: find((type, flags) => type === 'cgroup' && flags.includes('name=systemd')),
  };
}

/** Makes a machine's group in each hierarchy. The result is the files to which a process writes its id to enter them. */
export async function makeCgroups(cgroup: string): Promise<readonly string[]> {
  const folders = (await mountedRoots()).map((root) => join(root, cgroup));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  const { unified } = await cgroupRoots();
  if (unified !== undefined) {
    await delegateControllers(join(unified, labsCgroup));
    await delegateControllers(join(unified, dirname(cgroup)));
  }
  return folders.map((folder) => join(folder, 'cgroup.procs'));
}

/** Whether any process of the machine is alive. */
export async function isPopulated(cgroup: string): Promise<boolean> {
  const { unified } = await cgroupRoots();
  if (unified === undefined) return false;
  const events = await readText(join(unified, cgroup, 'cgroup.events'));
  return events?.includes('populated 1') ?? false;
}

/** The processes of nspawn itself, outside the machine. */
export async function supervisorsOf(cgroup: string): Promise<readonly number[]> {
  const { unified = '' } = await cgroupRoots();
  const ids = await readText(join(unified, cgroup, 'supervisor/cgroup.procs'));
  return (ids ?? '').split('\n').filter(Boolean).map(Number);
}

/** The groups of a lab's machines, whether their machines run or not. */
export async function machineCgroups(lab: string): Promise<readonly string[]> {
  const parent = labCgroup(lab);
  const names = await Promise.all((await mountedRoots()).map((root) => childGroups(join(root, parent))));
  return [...new Set(names.flat())].map((name) => join(parent, name));
}

/**
 * Kills every process in the groups of machines at once, as a power failure does, and removes the groups.
 *
 * @throws CoreshipError `failed` naming the machines that have processes left after ten seconds.
 */
export async function killCgroups(cgroups: readonly string[]): Promise<void> {
  const killed = await Promise.all(cgroups.map(killCgroup));
  const left = cgroups.filter((_, index) => !killed[index]).map((cgroup) => basename(cgroup));
  if (left.length === 0) return;
  throw new CoreshipError('failed', `processes of ${left.join(', ')} cannot be killed`, {
    hint: 'they hang in the kernel; only a reboot of this host ends them',
  });
}

/** Removes the groups above a lab's machines, and the one above all labs when none is left. */
export async function removeLabCgroups(lab: string): Promise<void> {
  for (const root of await mountedRoots()) {
    await rmdir(join(root, labCgroup(lab))).catch(() => undefined);
    await rmdir(join(root, labsCgroup)).catch(() => undefined);
  }
}

async function killCgroup(cgroup: string): Promise<boolean> {
  const { unified } = await cgroupRoots();
  if (unified !== undefined) {
    await writeFile(join(unified, cgroup, 'cgroup.kill'), '1').catch(ignoreMissing);
  }
  const dead = await pollUntil(async () => !(await isPopulated(cgroup)), { timeoutMs: 10_000 });
  if (!dead) return false;
  for (const root of await mountedRoots()) await removeTree(join(root, cgroup));
  return true;
}

async function mountedRoots(): Promise<readonly string[]> {
  return Object.values(await cgroupRoots()).filter((root) => root !== undefined);
}

/** Lets child groups use the controllers of this group. Machines also work without them. */
async function delegateControllers(folder: string): Promise<void> {
  const controllers =
    (await readText(join(folder, 'cgroup.controllers')))?.split(/\s+/).filter(Boolean) ?? [];
  for (const controller of controllers) {
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

async function removeTree(folder: string): Promise<void> {
  for (const child of await childGroups(folder)) await removeTree(join(folder, child));
  await rmdir(folder).catch(ignoreMissing);
}

async function childGroups(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
