import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, problemsError } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { absent, folderProblems, notAFile } from './path-problems.ts';

/** A file whose text, or only whose executable bit, is not as expected. */
export interface StaleFile {
  readonly path: string;
  readonly state: 'missing' | 'different' | 'mode';
  /** The text on disk; absent if the file is missing. */
  readonly current?: string;
  readonly expected: string;
  readonly executable: boolean;
}

/**
 * Compares files with those in the project, and returns those that differ, in the order given.
 * Throws `config` with every path that leaves the project, passes a link or leads to something other than a file.
 */
export async function staleFiles(
  root: string,
  files: readonly RenderedFile[],
): Promise<readonly StaleFile[]> {
  const paths = files.map(({ path }) => path);
  const folders = problemsError(await folderProblems(root, paths));
  if (folders) throw folders;
  const comparisons = await mapLimited(files, (file) => compare(root, file));
  const others = problemsError(comparisons.flatMap(({ problem }) => problem ?? []));
  if (others) throw others;
  return comparisons.flatMap(({ stale }) => stale ?? []);
}

/** Empty for a file that is as expected. */
interface Comparison {
  readonly stale?: StaleFile;
  readonly problem?: Problem;
}

async function compare(
  root: string,
  { path, content, executable = false }: RenderedFile,
): Promise<Comparison> {
  const file = join(root, path);
  const rendered = { path, expected: content, executable };
  const found = await lstat(file).catch(absent);
  if (!found) return { stale: { ...rendered, state: 'missing' } };
  const problem = notAFile(root, path, found);
  if (problem) return { problem };
  const current = await readFile(file, 'utf8');
  if (current !== content) return { stale: { ...rendered, state: 'different', current } };
  const isExecutable = (found.mode & 0o100) !== 0;
  return isExecutable === executable ? {} : { stale: { ...rendered, state: 'mode', current } };
}
