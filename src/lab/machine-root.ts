import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostOptions, runOnHost } from './host.ts';
import { inRoot } from './in-namespaces.ts';
import { coreUid } from './machine-files.ts';
import type { Recipe } from './recipe.ts';
import { writeFilesBelow } from './rootfs.ts';

/** Turns a Debian root with the packages of the machine recipe into the root of all machines. */
export async function finishMachineRoot(root: string, recipe: Recipe, options: HostOptions): Promise<void> {
  const within = (...words: string[]): Promise<string> => runOnHost(inRoot(root, words), options);
  await within('useradd', '--create-home', '--shell', '/bin/bash', '--uid', String(coreUid), 'core');
  await within('systemctl', '--quiet', 'mask', ...recipe.masked);
  await writeFilesBelow(root, recipe.files);
  await chmod(join(root, 'etc/sudoers.d/core'), 0o440);
  await rm(join(root, 'etc/hostname'), { force: true });
  await rm(join(root, 'etc/resolv.conf'), { force: true });
  const ssh = join(root, 'etc/ssh');
  for (const name of await readdir(ssh)) {
    if (name.startsWith('ssh_host_')) await rm(join(ssh, name));
  }
  const registry = join(root, 'etc/docker/registry/config.yml');
  await writeFile(registry, withoutTopLevelKey(await readFile(registry, 'utf8'), 'auth'));
}

/** Removes a key with everything indented below it from a plain YAML file. */
export function withoutTopLevelKey(yaml: string, key: string): string {
  let inside = false;
  return yaml
    .split('\n')
    .filter((line) => {
      if (/^\S/.test(line)) inside = line.startsWith(`${key}:`);
      return !inside;
    })
    .join('\n');
}
