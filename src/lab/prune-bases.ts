import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the bases in a folder that are not named, folders and archives alike; the result names them. Whoever
 * calls it keeps others from building there meanwhile.
 */
export async function pruneBases(folder: string, keep: ReadonlySet<string>): Promise<readonly string[]> {
  const unused = (await readdir(folder)).filter((name) => /^(machine|image)-/.test(name) && !keep.has(name));
  for (const name of unused) {
    // Under its own name, half of a base would be taken for a whole one after an interruption.
    const doomed = join(folder, `building-${name}`);
    await rename(join(folder, name), doomed);
    await rm(doomed, { recursive: true, force: true });
  }
  return unused;
}
