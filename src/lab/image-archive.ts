import { copyFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exists } from '../exists.ts';
import { type HostOptions, host } from './host.ts';
import { labPaths } from './paths.ts';
import { hashOfPrograms, type Programs } from './programs.ts';

/** The archive of the root below a lab's images: the cached one, or one with a folder's programs in /usr/local/bin. */
export async function imageArchiveOf(
  lab: string,
  cached: string,
  programs: Programs | undefined,
  options: HostOptions,
): Promise<string> {
  if (programs === undefined || programs.inImages.length === 0) return cached;
  const { folder, inImages } = programs;
  const hash = await hashOfPrograms(folder, inImages);
  const archive = join(labPaths(lab).folder, `${basename(cached, '.tar')}-${hash.slice(0, 12)}.tar`);
  if (await exists(archive)) return archive;
  await copyFile(cached, `${archive}.new`);
  const asRoot = ['--dereference', '--owner=0', '--group=0', '--mode=755', '--transform=s,^,usr/local/bin/,'];
  const words = [
    'tar',
    '--append',
    '--file',
    `${archive}.new`,
    ...asRoot,
    '--directory',
    folder,
    ...inImages,
  ];
  await host(words, options);
  await rename(`${archive}.new`, archive);
  return archive;
}
