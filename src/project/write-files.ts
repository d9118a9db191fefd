import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mapLimited } from '../limiter.ts';
import type { StaleFile } from './stale-files.ts';

/**
 * Writes stale files as they should be, each as a whole or not at all, and makes the folders they need. Returns the paths
 * written.
 */
export async function writeFiles(root: string, stale: readonly StaleFile[]): Promise<readonly string[]> {
  const folders = new Set(stale.map(({ path }) => dirname(join(root, path))));
  await mapLimited([...folders], (folder) => mkdir(folder, { recursive: true }));
  await mapLimited(stale, ({ path, expected, executable }) =>
    replaceFile(join(root, path), (temporary) =>
      writeFile(temporary, expected, { flag: 'wx', mode: executable ? 0o777 : 0o666 }),
    ),
  );
  return stale.map(({ path }) => path);
}

/** Puts a file or a link in place in one step: makes it under a temporary name in the same folder, then renames it. */
export async function replaceFile(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  // Not derived from the file's name, which may be as long as names can be.
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
