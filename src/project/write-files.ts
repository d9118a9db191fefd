import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapLimited } from '../limiter.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { staleFiles } from './stale-files.ts';

/**
 * Writes the files that differ from what lies in the project, each as a whole or not at all, and makes the folders
 * they need. Returns the paths written. Throws as staleFiles does, before anything is written.
 */
export async function writeFiles(root: string, files: readonly RenderedFile[]): Promise<readonly string[]> {
  const stale = new Set((await staleFiles(root, files)).map(({ path }) => path));
  const changed = files.filter(({ path }) => stale.has(path));
  const folders = new Set(changed.map(({ path }) => dirname(join(root, path))));
  await mapLimited([...folders], (folder) => mkdir(folder, { recursive: true }));
  await mapLimited(changed, ({ path, content, executable }) =>
    replaceFile(join(root, path), (temporary) =>
      writeFile(temporary, content, { flag: 'wx', mode: executable ? 0o777 : 0o666 }),
    ),
  );
  return changed.map(({ path }) => path);
}

/** Puts a file or a link in place in one step: made under another name in the same folder, then renamed. */
export async function replaceFile(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  // Not after the file: its name may be as long as names can be.
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
