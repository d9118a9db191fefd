import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { type Problem, problemsError } from '../errors.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { pool } from './pool.ts';
import { fileProblem } from './read-units.ts';

/** A file that is not as it should be: its text or only its executable bit. */
export interface StaleFile {
  readonly path: string;
  readonly state: 'missing' | 'different' | 'mode';
  /** The text on disk; absent where the file is missing. */
  readonly current?: string;
  readonly wanted: string;
}

/**
 * Compares files with what lies in the project, in the order given; those that are right are left out.
 * Throws `config`, naming all of them, where a path leaves the project or is no file of its own (links, folders).
 */
export async function staleFiles(
  root: string,
  files: readonly RenderedFile[],
): Promise<readonly StaleFile[]> {
  await refuseUnsafe(
    root,
    files.map(({ path }) => path),
  );
  const states = await pool(files, async (file) => compare(join(root, file.path), file));
  return states.flatMap((state) => (state ? [state] : []));
}

/** Throws `config` unless each path, relative to the root, stays inside it and passes no link and ends at none. */
export async function refuseUnsafe(root: string, paths: readonly string[]): Promise<void> {
  const leaving = paths.filter(
    (path) => path.includes('\0') || path !== posix.normalize(path) || !isInside(path),
  );
  const outside = leaving.map((path) => problemOf(root, path, 'leaves the project'));
  const error = problemsError(outside);
  if (error) throw error;
  const blocked = [
    ...(await pool([...foldersOf(paths)], async (path) => {
      const found = await kindOf(join(root, path));
      return found && found !== 'folder'
        ? [problemOf(root, path, 'is in the way: a folder is needed here')]
        : [];
    })),
    ...(await pool(paths, async (path) => {
      const found = await kindOf(join(root, path));
      return found && found !== 'file' ? [problemOf(root, path, `is a ${found}; a file is needed here`)] : [];
    })),
  ].flat();
  const blockedError = problemsError(blocked);
  if (blockedError) throw blockedError;
}

function isInside(path: string): boolean {
  return (
    path !== '.' && path !== '..' && !path.startsWith('../') && !path.startsWith('/') && !path.endsWith('/')
  );
}

function problemOf(root: string, path: string, message: string): Problem {
  return fileProblem(root, path, {
    rule: 'path-in-the-way',
    message,
    hint: 'coreship writes only files of its own: move it away',
  });
}

/** Every folder above the paths, each once. */
function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder !== '.' && !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  return folders;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'link' | 'special file' | undefined> {
  const found = await lstat(path).catch(absent);
  if (!found) return undefined;
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isSymbolicLink() ? 'link' : 'special file';
}

async function compare(path: string, file: RenderedFile): Promise<StaleFile | undefined> {
  const wanted = file.content;
  const [found, current] = await Promise.all([
    lstat(path).catch(absent),
    readFile(path, 'utf8').catch(absent),
  ]);
  if (!found || current === undefined) return { path: file.path, state: 'missing', wanted };
  if (current !== wanted) return { path: file.path, state: 'different', current, wanted };
  const executable = (found.mode & 0o100) !== 0;
  return executable === Boolean(file.executable)
    ? undefined
    : { path: file.path, state: 'mode', current, wanted };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
