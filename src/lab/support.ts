import { readFile } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';
import { cgroupRoots } from './cgroup.ts';
import { type EmitLabEvent, runStep } from './events.ts';
import { readText } from './files.ts';
import { hasProgram, runOnHost, tryOnHost } from './host.ts';

/** Code name of this host's Debian, such as `bookworm`; empty on other systems. */
export async function hostSuite(): Promise<string> {
  const release = (await readText('/etc/os-release')) ?? '';
  const value = (key: string): string => release.match(new RegExp(`^${key}="?([^"\\n]*)`, 'm'))?.[1] ?? '';
  return value('ID') === 'debian' ? value('VERSION_CODENAME') : '';
}

/** Why this host cannot run a lab; undefined when it can. */
export async function labSupport(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `a lab needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'a lab needs root';
  if ((await hostSuite()) === '') return 'a lab needs Debian';
  if (!(await hasOverlay())) return 'a lab needs a kernel with overlay file systems';
  if ((await cgroupRoots()).unified === undefined) return 'a lab needs a mounted cgroup version 2';
  return undefined;
}

/** Whether the kernel has overlay file systems, or can load them. */
async function hasOverlay(): Promise<boolean> {
  if ((await readFile('/proc/filesystems', 'utf8')).includes('\toverlay\n')) return true;
  return tryOnHost(['modprobe', 'overlay']).then(
    (result) => result.status === 0,
    () => false,
  );
}

/** @throws CoreshipError `failed` with the reason why this host cannot run a lab. */
export async function requireLabSupport(): Promise<void> {
  const reason = await labSupport();
  if (reason === undefined) return;
  throw new CoreshipError('failed', reason, {
    hint: 'a lab runs on Debian 12 as root; coreship.yaml can name real machines instead',
  });
}

/** Packages that the host itself needs, each with a program that shows whether it is installed. */
const hostPackages = {
  'systemd-container': 'systemd-nspawn',
  debootstrap: 'debootstrap',
  iproute2: 'ip',
  iptables: 'iptables',
  'openssh-client': 'ssh',
} satisfies Record<string, string>;

/**
 * Installs the Debian packages whose program is missing on the host. `packages` gives a program for each package; by
 * default those that a lab needs.
 */
export async function ensureHostPackages(
  emit: EmitLabEvent,
  packages: Readonly<Record<string, string>> = hostPackages,
): Promise<void> {
  const found = await Promise.all(Object.values(packages).map(hasProgram));
  const missing = Object.keys(packages).filter((_, index) => !found[index]);
  if (missing.length === 0) return;
  await runStep(emit, 'packages', `installing ${missing.join(', ')}`, async () => {
    // Without the signal: an interrupted installation would leave the host's packages half configured.
    const options = { timeoutMs: 300_000, env: { DEBIAN_FRONTEND: 'noninteractive' } };
    const apt = ['apt-get', '--quiet', '--yes', '-o', 'DPkg::Lock::Timeout=120'];
    await runOnHost([...apt, 'update'], options);
    await runOnHost([...apt, '--no-install-recommends', 'install', ...missing], options);
  });
}
