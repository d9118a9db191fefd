import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, problemsError } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { absent, folderProblems, notAFile } from './path-problems.ts';

/** A file that is not as it should be: its text or only its executable bit. */
export interface StaleFile {
  readonly path: string;
  readonly state: 'missing' | 'different' | 'mode';
  /** The text on disk; absent where the file is missing. */
  readonly current?: string;
  readonly wanted: string;
  readonly executable: boolean;
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
  const findings = await mapLimited(files, (file) => compare(root, file));
  const others = problemsError(findings.flatMap(({ problem }) => problem ?? []));
  if (others) throw others;
  return findings.flatMap(({ stale }) => stale ?? []);
}

interface Finding {
  readonly stale?: StaleFile;
  readonly problem?: Problem;
}

async function compare(root: string, { path, content, executable = false }: RenderedFile): Promise<Finding> {
  const file = join(root, path);
  const rendered = { path, wanted: content, executable };
  const found = await lstat(file).catch(absent);
  if (!found) return { stale: { ...rendered, state: 'missing' } };
  const problem = notAFile(root, path, found);
  if (problem) return { problem };
  const current = await readFile(file, 'utf8');
  if (current !== content) return { stale: { ...rendered, state: 'different', current } };
  const isExecutable = (found.mode & 0o100) !== 0;
  return isExecutable === executable ? {} : { stale: { ...rendered, state: 'mode', current } };
}
