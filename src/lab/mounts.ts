import { mkdir, readFile } from 'node:fs/promises';
import { host, tryHost } from './host.ts';
import type { MachinePaths } from './paths.ts';

/** Mounts a machine's overlay: its own files above the base. */
export async function mountRoot(paths: MachinePaths, base: string): Promise<void> {
  for (const folder of [paths.root, paths.upper, paths.work, paths.docker])
    await mkdir(folder, { recursive: true });
  const layers = `lowerdir=${base},upperdir=${paths.upper},workdir=${paths.work}`;
  await host(['mount', '-t', 'overlay', 'coreship-lab', '-o', layers, paths.root]);
}

/** Unmounts everything below a folder, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of await mountsBelow(folder)) {
    const result = await tryHost(['umount', point]);
    // Somebody's shell may stand in there; then the mount goes when that shell leaves.
    if (result.status !== 0) await host(['umount', '--lazy', point]);
  }
}

/** Mount points at or below a folder, the innermost first. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mounts', 'utf8');
  const points = table.split('\n').map((line) => line.split(' ')[1] ?? '');
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`)).reverse();
}
