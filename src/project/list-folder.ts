import { readdir } from 'node:fs/promises';

/** The names in a folder, sorted, without hidden files and editors' backups; none where there is no such folder. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => !name.startsWith('.') && !name.startsWith('#') && !name.endsWith('~')).sort();
}
