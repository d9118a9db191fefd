import { join, relative } from 'node:path';
import type { Problem } from '../errors.ts';

/** Path inside data: keys and list positions. */
export type DataPath = readonly PropertyKey[];

/** What is wrong with one value of `coreship.yaml`. The line is found later, by the path. */
export interface ConfigFinding {
  readonly rule: string;
  readonly path: DataPath;
  readonly part?: 'key' | 'value';
  readonly message: string;
  readonly hint: string;
}

/** What is wrong with a whole file of the project. */
export type FileFinding = Pick<Problem, 'rule' | 'message' | 'hint'>;

/** The problem of a file; `path` is relative to the root. */
export function fileProblem(root: string, path: string, finding: FileFinding): Problem {
  return { ...finding, severity: 'error', where: { file: displayName(root, path) } };
}

/** How problems name a file of the project: relative to the working directory. */
export function displayName(root: string, path: string): string {
  return relative(process.cwd(), join(root, path));
}

/** Writes a path as people do: `services.apache.ports[0].host`. */
export function formatPath(path: DataPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}
