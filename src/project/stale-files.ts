import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { problemsError } from '../errors.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { absent, fileProblems, folderProblems } from './path-problems.ts';
import { pool } from './pool.ts';

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
 * Throws `config`, naming all of them, where a path leaves the project, passes a link or ends at anything but a file.
 */
export async function staleFiles(
  root: string,
  files: readonly RenderedFile[],
): Promise<readonly StaleFile[]> {
  const paths = files.map(({ path }) => path);
  const folders = problemsError(await folderProblems(root, paths));
  if (folders) throw folders;
  const others = problemsError(await fileProblems(root, paths));
  if (others) throw others;
  const states = await pool(files, (file) => compare(join(root, file.path), file));
  return states.flatMap((state) => (state ? [state] : []));
}

async function compare(path: string, file: RenderedFile): Promise<StaleFile | undefined> {
  const wanted = file.content;
  const current = await readFile(path, 'utf8').catch(absent);
  if (current === undefined) return { path: file.path, state: 'missing', wanted };
  if (current !== wanted) return { path: file.path, state: 'different', current, wanted };
  const executable = ((await stat(path)).mode & 0o100) !== 0;
  return executable === Boolean(file.executable)
    ? undefined
    : { path: file.path, state: 'mode', current, wanted };
}
