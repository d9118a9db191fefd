import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mapLimited } from '../limiter.ts';
import type { Assets } from '../services/assets.ts';

/** Reads the package's own sources for rendering: the files below `assets/`. */
export async function readAssets(): Promise<Assets> {
  const folder = fileURLToPath(new URL('../../assets/', import.meta.url));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await mapLimited(paths.sort(), async (path) => {
    return [relative(folder, path).split(sep).join('/'), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(texts);
}
