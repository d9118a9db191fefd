import { mkdir, readFile } from 'node:fs/promises';
import { runOnHost, tryOnHost } from './host.ts';
import type { MachinePaths } from './paths.ts';

/** Mounts a machine's overlay: its own files on top of the base. */
export async function mountRoot(paths: MachinePaths, base: string): Promise<void> {
  const { root, upper, work, docker } = paths;
  for (const folder of [root, upper, work, docker]) await mkdir(folder, { recursive: true });
  const layers = `lowerdir=${base},upperdir=${upper},workdir=${work}`;
  await runOnHost(['mount', '-t', 'overlay', 'coreship-lab', '-o', layers, root]);
}

/** Unmounts everything below a folder, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of await mountsBelow(folder)) {
    const result = await tryOnHost(['umount', point]);
    // A shell may have its working directory there; then the mount ends when that shell leaves.
    if (result.status !== 0) await runOnHost(['umount', '--lazy', point]);
  }
}

/** Mount points at or below a folder, the innermost first. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mounts', 'utf8');
  const points = table.split('\n').map((line) => line.split(' ')[1] ?? '');
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`)).reverse();
}
