import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readText } from './files.ts';
import { waitUntil } from './wait.ts';

/**
 * A machine's control group holds all its processes, nspawn's included, and nothing else. So it tells whether
 * the machine lives, and killing it can never hit a stranger (cgroups(7), cgroup.kill since Linux 5.14).
 * Machines must not share one either: each init takes the group it finds for its own and could not stop its
 * services any more.
 */
export interface CgroupRoots {
  /** Where cgroup version 2 is mounted; undefined when it is not. */
  readonly unified: string | undefined;
  /** Where systemd's own version 1 hierarchy is mounted, on hosts that have both. */
  readonly named: string | undefined;
}

/** Finds the hierarchies which a machine's init uses. */
export async function cgroupRoots(): Promise<CgroupRoots> {
  return parseCgroupMounts(await readFile('/proc/self/mounts', 'utf8'));
}

/** Reads {@link CgroupRoots} out of a table of mounts in the format of proc(5). */
export function parseCgroupMounts(mounts: string): CgroupRoots {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const find = (wanted: (type: string, flags: readonly string[]) => boolean): string | undefined =>
    rows.find(([, , type = '', flags = '']) => wanted(type, flags.split(',')))?.[1];
  return {
    unified: find((type) => type === 'cgroup2'),
    named: find((type, flags) => type === 'cgroup' && flags.includes('name=systemd')),
  };
}

/** Makes a machine's groups. The result is the files to which a process writes its id to enter them. */
export async function makeCgroups(lab: string, machine: string): Promise<readonly string[]> {
  const groups = await groupsOf(lab, machine);
  for (const group of groups) await mkdir(group, { recursive: true });
  const { unified } = await cgroupRoots();
  if (unified !== undefined) {
    await handDown(join(unified, parent));
    await handDown(join(unified, parent, lab));
  }
  return groups.map((group) => join(group, 'cgroup.procs'));
}

/** Whether any process of the machine lives. */
export async function isPopulated(lab: string, machine: string): Promise<boolean> {
  const { unified } = await cgroupRoots();
  if (unified === undefined) return false;
  const events = await readText(join(unified, parent, lab, machine, 'cgroup.events'));
  return events?.includes('populated 1') ?? false;
}

/** The processes of nspawn itself, outside the machine. */
export async function supervisors(lab: string, machine: string): Promise<readonly number[]> {
  const { unified = '' } = await cgroupRoots();
  const ids = await readText(join(unified, parent, lab, machine, 'supervisor/cgroup.procs'));
  return (ids ?? '').split('\n').filter(Boolean).map(Number);
}

/** Machines of a lab that have a group, alive or left over. */
export async function machinesWithCgroup(lab: string): Promise<readonly string[]> {
  const roots = Object.values(await cgroupRoots()).filter((root) => root !== undefined);
  const found = await Promise.all(roots.map((root) => childGroups(join(root, parent, lab))));
  return [...new Set(found.flat())];
}

/**
 * Kills every process of the machine at once, as a power cut does, and removes its groups. The result is
 * false when processes remain after ten seconds.
 */
export async function killMachine(lab: string, machine: string): Promise<boolean> {
  const { unified } = await cgroupRoots();
  if (unified !== undefined) {
    await writeFile(join(unified, parent, lab, machine, 'cgroup.kill'), '1').catch(ignoreMissing);
  }
  const dead = await waitUntil(async () => !(await isPopulated(lab, machine)), { timeoutMs: 10_000 });
  if (!dead) return false;
  for (const group of await groupsOf(lab, machine)) await removeTree(group);
  return true;
}

/** Removes the groups above a lab's machines, those of the room itself too when no lab is left. */
export async function removeLabCgroups(lab: string): Promise<void> {
  for (const root of Object.values(await cgroupRoots())) {
    if (root === undefined) continue;
    await rmdir(join(root, parent, lab)).catch(() => undefined);
    await rmdir(join(root, parent)).catch(() => undefined);
  }
}

const parent = 'coreship-labs';

async function groupsOf(lab: string, machine: string): Promise<readonly string[]> {
  const roots = Object.values(await cgroupRoots()).filter((root) => root !== undefined);
  return roots.map((root) => join(root, parent, lab, machine));
}

/** Lets the groups below use the controllers which this group may use. Machines work without, too. */
async function handDown(group: string): Promise<void> {
  const controllers = (await readText(join(group, 'cgroup.controllers')))?.split(/\s+/).filter(Boolean) ?? [];
  for (const controller of controllers) {
    await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

async function removeTree(group: string): Promise<void> {
  for (const child of await childGroups(group)) await removeTree(join(group, child));
  await rmdir(group).catch(ignoreMissing);
}

async function childGroups(group: string): Promise<readonly string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
