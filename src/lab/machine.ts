import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { baseFolder } from './base.ts';
import { isPopulated, killMachine, makeCgroups, supervisors } from './cgroup.ts';
import { type HostOptions, kill, searchPath } from './host.ts';
import { ensureKey } from './keys.ts';
import type { LabLayout, MachineLayout } from './layout.ts';
import { coreUid, machineFiles } from './machine-files.ts';
import { mountRoot, mountsBelow, unmountBelow } from './mounts.ts';
import { isPluggedIn, plugIn, unplug } from './network.ts';
import { installEtcd } from './own-etcd.ts';
import { labPaths, machinePaths } from './paths.ts';
import { waitUntil } from './wait.ts';

/** Whether the machine runs with all that belongs to it. */
export async function isRunning(layout: LabLayout, machine: MachineLayout): Promise<boolean> {
  if (!(await isPopulated(layout.name, machine.name))) return false;
  const mounted = (await mountsBelow(machinePaths(layout.name, machine.name).root)).length > 0;
  return mounted && (await isPluggedIn(machine));
}

/** Starts a machine; what an earlier run left of it is cleared first. Returns before it has booted. */
export async function startMachine(
  layout: LabLayout,
  machine: MachineLayout,
  options: HostOptions,
): Promise<void> {
  const paths = machinePaths(layout.name, machine.name);
  await stopMachine(layout.name, machine);
  await mountRoot(paths, baseFolder(layout.base));
  if (!(await exists(paths.prepared))) await prepare(layout, machine);
  await plugIn(layout, machine, options);
  await boot(layout, machine);
}

/** Stops a machine at once and clears its mounts and its network; its files stay. */
export async function stopMachine(lab: string, machine: MachineLayout): Promise<void> {
  if (!(await killMachine(lab, machine.name))) {
    throw new CoreshipError('failed', `processes of machine ${machine.name} cannot be killed`, {
      hint: 'they hang in the kernel; only a reboot of this host ends them',
    });
  }
  await unmountBelow(machinePaths(lab, machine.name).folder);
  await unplug(machine);
}

/**
 * Asks a machine to shut down, as its power button does (systemd-nspawn(1), --kill-signal), so that its
 * units are stopped in order. The result is false when it still runs after the time.
 */
export async function shutDownMachine(lab: string, machine: string, timeoutMs: number): Promise<boolean> {
  for (const id of await supervisors(lab, machine)) kill(id, 'SIGTERM');
  return await waitUntil(async () => !(await isPopulated(lab, machine)), { timeoutMs });
}

/** Gives a new machine its own files. They are not written again: what is changed on a machine stays. */
async function prepare(layout: LabLayout, machine: MachineLayout): Promise<void> {
  const paths = machinePaths(layout.name, machine.name);
  const identity = labPaths(layout.name).identity;
  await ensureKey(paths.hostKey, machine.name);
  const keys = {
    authorized: await readFile(`${identity}.pub`, 'utf8'),
    host: await readFile(paths.hostKey, 'utf8'),
  };
  for (const file of machineFiles(layout, machine, keys)) {
    const path = join(paths.root, file.path);
    const owner = file.owner ?? 0;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content);
    await chmod(path, file.mode ?? 0o644);
    await chown(path, owner, owner);
    if (owner === coreUid) await chown(dirname(path), owner, owner);
  }
  await installEtcd(layout.name, paths.root);
  await writeFile(paths.prepared, '');
}

/** Enters the machine's control groups, then becomes the program that follows. */
const enterGroups = 'for file in $GROUPS_TO_ENTER; do echo $$ > "$file" || exit; done; exec "$@"';

async function boot(layout: LabLayout, machine: MachineLayout): Promise<void> {
  const paths = machinePaths(layout.name, machine.name);
  const groups = await makeCgroups(layout.name, machine.name);
  await rm(paths.console, { force: true });
  const console = await open(paths.console, 'a');
  try {
    const child = spawn('sh', ['-c', enterGroups, 'sh', ...nspawn(machine, paths)], {
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
      cwd: '/',
      env: {
        PATH: searchPath(),
        GROUPS_TO_ENTER: groups.join(' '),
        // Version 2 in the machine whatever the host has: of version 1, docker could write nothing there.
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
        SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
      },
    });
    await once(child, 'spawn');
    child.unref();
    await waitUntil(() => isPopulated(layout.name, machine.name), { timeoutMs: 5_000, everyMs: 5 });
  } finally {
    await console.close();
  }
}

function nspawn(
  machine: MachineLayout,
  paths: { readonly root: string; readonly docker: string },
): readonly string[] {
  return [
    ...['systemd-nspawn', '--quiet', '--boot', '--console=pipe', '--register=no', '--keep-unit'],
    ...['--resolv-conf=off', '--timezone=off', '--link-journal=no'],
    `--machine=${machine.name}`,
    `--directory=${paths.root}`,
    `--network-namespace-path=/run/netns/${machine.namespace}`,
    `--bind=${paths.docker}:/var/lib/docker`,
    // What docker needs to run containers in there.
    ...['--capability=all', '--system-call-filter=@keyring bpf @mount'],
  ];
}
