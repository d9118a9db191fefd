import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file's content, or a link's target. */
export type Entry = string | Uint8Array | { readonly link: string };

/** A folder with these entries by path, removed when the test is over. A path that ends in `/` is a folder. */
export async function temporaryProject(entries: Readonly<Record<string, Entry>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'coreship-project-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, entry] of Object.entries(entries)) {
    const target = join(root, path);
    await mkdir(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof entry === 'object' && 'link' in entry) await symlink(entry.link, target);
    else await writeFile(target, entry);
  }
  return root;
}
