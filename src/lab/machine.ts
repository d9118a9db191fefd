import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exists } from '../exists.ts';
import { pollUntil } from '../poll.ts';
import { isPopulated, killCgroups, makeCgroups, supervisorsOf } from './cgroup.ts';
import { type HostOptions, kill, searchPath } from './host.ts';
import { ensureKey } from './keys.ts';
import type { Machine } from './lab.ts';
import { coreUid, machineFiles } from './machine-files.ts';
import { mountRoot, mountsBelow, unmountBelow } from './mounts.ts';
import { addNetwork, deleteNetwork, hasNetwork } from './network.ts';
import { installEtcd } from './own-etcd.ts';
import { basePath } from './paths.ts';

/** Whether the machine runs and has its mounts and its network. */
export async function isRunning(machine: Machine): Promise<boolean> {
  if (!(await isPopulated(machine.paths.cgroup))) return false;
  const mounted = (await mountsBelow(machine.paths.root)).length > 0;
  return mounted && (await hasNetwork(machine));
}

/** Starts a machine after clearing what an earlier run left of it. Returns before the machine has booted. */
export async function startMachine(machine: Machine, options: HostOptions): Promise<void> {
  await stopMachine(machine);
  await mountRoot(machine.paths, basePath(machine.lab.base));
  if (!(await exists(machine.paths.prepared))) await prepare(machine);
  await addNetwork(machine, options);
  await boot(machine);
}

/** Stops a machine at once and removes its mounts and its network; its files stay. */
export async function stopMachine(machine: Machine): Promise<void> {
  await killCgroups([machine.paths.cgroup]);
  await unmountBelow(machine.paths.folder);
  await deleteNetwork(machine);
}

/**
 * Asks a machine to shut down, as its power button does (systemd-nspawn(1), --kill-signal), so that its units are
 * stopped in order. The result is false when it still runs after the time.
 */
export async function shutDownMachine({ paths }: Machine, timeoutMs: number): Promise<boolean> {
  for (const id of await supervisorsOf(paths.cgroup)) kill(id, 'SIGTERM');
  return await pollUntil(async () => !(await isPopulated(paths.cgroup)), { timeoutMs });
}

/** Writes a new machine's own files. They are written once, so that changes made on a machine stay. */
async function prepare(machine: Machine): Promise<void> {
  const { lab, paths } = machine;
  await ensureKey(paths.hostKey, machine.name);
  const keys = {
    authorized: await readFile(`${lab.paths.identityFile}.pub`, 'utf8'),
    host: await readFile(paths.hostKey, 'utf8'),
  };
  for (const file of machineFiles(machine, keys)) {
    const path = join(paths.root, file.path);
    const owner = file.owner ?? 0;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content);
    await chmod(path, file.mode ?? 0o644);
    await chown(path, owner, owner);
    if (owner === coreUid) await chown(dirname(path), owner, owner);
  }
  await installEtcd(machine);
  await writeFile(paths.prepared, '');
}

/** Enters the machine's control groups, then becomes the program that follows. */
const enterGroups = 'for file in $GROUPS_TO_ENTER; do echo $$ > "$file" || exit; done; exec "$@"';

async function boot(machine: Machine): Promise<void> {
  const { paths } = machine;
  const groups = await makeCgroups(paths.cgroup);
  await rm(paths.console, { force: true });
  const console = await open(paths.console, 'a');
  try {
    const child = spawn('sh', ['-c', enterGroups, 'sh', ...nspawn(machine)], {
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
      cwd: '/',
      env: {
        PATH: searchPath(),
        GROUPS_TO_ENTER: groups.join(' '),
        // Version 2 in the machine whatever the host has: docker could write nothing to version 1 there.
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
        SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
      },
    });
    await once(child, 'spawn');
    child.unref();
    await pollUntil(() => isPopulated(paths.cgroup), { timeoutMs: 5_000, everyMs: 5 });
  } finally {
    await console.close();
  }
}

function nspawn({ name, namespace, paths }: Machine): readonly string[] {
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--console=pipe',
    '--register=no',
    '--keep-unit',
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    `--machine=${name}`,
    `--directory=${paths.root}`,
    `--network-namespace-path=/run/netns/${namespace}`,
    `--bind=${paths.docker}:/var/lib/docker`,
    // What docker needs to run containers in the machine.
    '--capability=all',
    '--system-call-filter=@keyring bpf @mount',
  ];
}
