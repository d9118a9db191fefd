import { CoreshipError, formatProblem, type Problem } from '../errors.ts';
import { readFleetDialect } from './read-fleet-dialect.ts';
import { readSystemdDialect } from './read-systemd-dialect.ts';
import type { UnitFile } from './unit-file.ts';

/** Whose reading of the format: systemd's (systemd.syntax(7)) or that of fleet's parser. They differ in edge cases. */
export type Dialect = 'systemd' | 'fleet';

/** The parts of a text that could be read, and everything wrong with it. */
export interface Reading {
  readonly file: UnitFile;
  readonly problems: readonly Problem[];
}

/**
 * Parses the text of a unit file; `file` names it in problems, the dialect is systemd's by default.
 * Where systemd drops a line with a warning (no `=`, outside a section), this is an error: what was written would be lost.
 * @throws CoreshipError `config` with every problem found, each with line and column
 */
export function parseUnit(
  text: string,
  options: { readonly file?: string; readonly dialect?: Dialect } = {},
): UnitFile {
  const name = options.file ?? 'unit file';
  const { file, problems } = readUnit(text, name, options.dialect);
  const [first] = problems;
  if (first === undefined) return file;
  const message = problems.length === 1 ? formatProblem(first) : `${name}: ${problems.length} problems found`;
  throw new CoreshipError('config', message, { problems, ...(first.where && { where: first.where }) });
}

/** Reads as much of a unit file as possible and returns the problems instead of throwing them. */
export function readUnit(text: string, file: string, dialect: Dialect = 'systemd'): Reading {
  return dialect === 'fleet' ? readFleetDialect(text, file) : readSystemdDialect(text, file);
}
