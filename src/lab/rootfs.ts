import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AptSource } from './apt-source.ts';
import { type HostOptions, runOnHost } from './host.ts';
import { inNamespaces, inRoot } from './in-namespaces.ts';

const minutes = 60_000;

/** Makes a minimal Debian root in a folder that is empty or missing. */
export async function bootstrapRoot(root: string, source: AptSource, options: HostOptions): Promise<void> {
  const words = ['debootstrap', '--variant=minbase', source.suite, root, source.mirror];
  await runOnHost(inNamespaces(words), { ...options, env: await aptProxy(), timeoutMs: 10 * minutes });
}

/** Installs packages in a root, from the archives that the host's apt uses. */
export async function installPackages(
  root: string,
  packages: readonly string[],
  options: HostOptions,
): Promise<void> {
  await copyAptSettings(root);
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet', '--yes'];
  const limits = { ...options, timeoutMs: 10 * minutes };
  await runOnHost(inRoot(root, [...apt, 'update']), limits);
  await runOnHost(inRoot(root, [...apt, '--no-install-recommends', 'install', ...packages]), limits);
  await removeWaste(root);
}

/** Writes files below a root, making folders as needed. */
export async function writeFilesBelow(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** debootstrap fetches with wget, which does not read apt's configuration. */
async function aptProxy(): Promise<Record<string, string>> {
  const dump = await runOnHost(['apt-config', 'dump', '--format', '%v%n', 'Acquire::http::Proxy']);
  const proxy = dump.trim().split('\n')[0];
  return proxy ? { http_proxy: proxy } : {};
}

/** The host's apt may use a mirror or a proxy, with its own keys and certificates. */
async function copyAptSettings(root: string): Promise<void> {
  await rm(join(root, 'etc/apt'), { recursive: true, force: true });
  for (const path of copied) await copyIfThere(join('/', path), join(root, path));
  await writeFilesBelow(root, {
    // The host's hooks call programs that the root lacks.
    'etc/apt/apt.conf.d/zz-lab': ['Pre-Invoke', 'Pre-Install-Pkgs', 'Post-Invoke']
      .map((hook) => `#clear DPkg::${hook};\n`)
      .concat('#clear APT::Update::Post-Invoke;\n', '#clear APT::Update::Post-Invoke-Success;\n')
      .join(''),
    // An interrupted build is thrown away, so nothing has to survive a power failure.
    'etc/dpkg/dpkg.cfg.d/lab': `force-unsafe-io\n${waste.map((path) => `path-exclude=/${path}/*\n`).join('')}`,
    // Packages must not start their services in a root that is being built (policy-rc.d, Debian policy 9.3.3).
    'usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n',
  });
  await runOnHost(['chmod', '755', join(root, 'usr/sbin/policy-rc.d')]);
}

const copied = [
  'etc/apt',
  'usr/share/keyrings',
  'usr/local/share/ca-certificates',
  'etc/ssl/certs/ca-certificates.crt',
  'etc/resolv.conf',
  'etc/hosts',
];

const waste = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info'];

async function removeWaste(root: string): Promise<void> {
  await rm(join(root, 'usr/sbin/policy-rc.d'));
  for (const folder of [...waste, 'var/lib/apt/lists', 'var/cache/apt/archives']) {
    const path = join(root, folder);
    for (const entry of await readdir(path).catch(() => [])) {
      await rm(join(path, entry), { recursive: true, force: true });
    }
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, dereference: true, force: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    },
  );
}
