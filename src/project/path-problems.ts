import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Problem } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import { fileProblem } from './finding.ts';

/** What an entry of a folder is; a link is not followed. */
export type EntryKind = 'file' | 'folder' | 'link' | 'special file';

/** What is at a path; undefined if nothing is. */
export async function entryKind(path: string): Promise<EntryKind | undefined> {
  const found = await lstat(path).catch(absent);
  return found && kindOf(found);
}

/** For a `catch`: undefined if there is no such file; other errors are thrown again. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

/**
 * Why the paths, relative to the root and with `/`, cannot be written to: they leave the project, or a link or a file is
 * in the place of one of their folders.
 */
export async function folderProblems(root: string, paths: readonly string[]): Promise<readonly Problem[]> {
  const leaving = paths.filter((path) => !isInside(path));
  if (leaving.length > 0) return leaving.map((path) => inTheWay(root, path, 'leaves the project'));
  const folders = new Set(paths.flatMap(foldersAbove));
  const problems = await mapLimited([...folders], async (folder) => {
    const kind = (await entryKind(join(root, folder))) ?? 'folder';
    return kind === 'folder' ? [] : [inTheWay(root, folder, `is a ${kind}, but a folder is needed here`)];
  });
  return problems.flat();
}

/** The problem of a path at which there is something other than a file. */
export function notAFile(root: string, path: string, found: Stats): Problem | undefined {
  const kind = kindOf(found);
  return kind === 'file' ? undefined : inTheWay(root, path, `is a ${kind}, but a file is needed here`);
}

function kindOf(found: Stats): EntryKind {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'special file';
}

function inTheWay(root: string, path: string, message: string): Problem {
  const hint = 'move it away; coreship neither follows nor replaces it';
  return fileProblem(root, path, { rule: 'path-in-the-way', message, hint });
}

function isInside(path: string): boolean {
  const steps = path.split('/');
  return (
    path === posix.normalize(path) &&
    !steps.some((step) => ['', '.', '..'].includes(step)) &&
    !path.includes('\0')
  );
}

function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [...foldersAbove(folder), folder];
}
