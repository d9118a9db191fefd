import { copyFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exists } from '../exists.ts';
import { type HostOptions, runOnHost } from './host.ts';
import type { Lab } from './lab.ts';
import type { Programs } from './programs.ts';

/** The archive that is the base of a lab's images: the cached one, or a copy of it with programs in /usr/local/bin. */
export async function imageArchiveOf(
  lab: Lab,
  cached: string,
  programs: Programs | undefined,
  options: HostOptions,
): Promise<string> {
  if (programs?.inImages === undefined) return cached;
  const { names, hash } = programs.inImages;
  const archive = join(lab.paths.folder, `${basename(cached, '.tar')}-${hash.slice(0, 12)}.tar`);
  if (await exists(archive)) return archive;
  await copyFile(cached, `${archive}.new`);
  const append = ['tar', '--append', '--file', `${archive}.new`];
  const asRoot = ['--dereference', '--owner=0', '--group=0', '--mode=755', '--transform=s,^,usr/local/bin/,'];
  await runOnHost([...append, ...asRoot, '--directory', programs.folder, ...names], options);
  await rename(`${archive}.new`, archive);
  return archive;
}
