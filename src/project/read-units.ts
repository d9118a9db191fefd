import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CoreshipError, type Problem } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import { toParsedUnit } from '../services/parsed-unit.ts';
import { serviceSectionProblem } from '../unit/lint.ts';
import { parseUnitName, type UnitName } from '../unit/name.ts';
import { readUnit } from '../unit/parse.ts';
import { displayName, type FileFinding, fileProblem } from './finding.ts';
import type { ProjectUnit } from './project.ts';
import { decodeUtf8 } from './read-config.ts';

/** The contents of one of the unit folders. */
export interface UnitFolder {
  readonly units: readonly ProjectUnit[];
  /** Names of all entries, including those with problems. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads the unit files of `unit-templates/` or `static/`, in name order. */
export async function readUnits(root: string, folder: 'unit-templates' | 'static'): Promise<UnitFolder> {
  const names = await listFolder(join(root, folder));
  const read = await mapLimited(names, async (name) => {
    const wrongName = nameProblem(name, folder);
    const path = `${folder}/${name}`;
    if (wrongName) return { problems: [fileProblem(root, path, wrongName)] };
    const { source, problems } = await readUnitFile(root, path);
    return source ? { unit: { ...toParsedUnit(name, source), path }, problems } : { problems };
  });
  return {
    units: read.flatMap(({ unit }) => (unit ? [unit] : [])),
    names,
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** A unit file that was read: its text, parsed, and what is wrong with it. */
export interface UnitReading {
  /** Absent where it has no text that could be parsed. */
  readonly source?: Pick<ProjectUnit, 'text' | 'unit'>;
  readonly problems: readonly Problem[];
}

/** Reads and parses a unit file; a link must stay inside the project. */
export async function readUnitFile(root: string, path: string): Promise<UnitReading> {
  const file = join(root, path);
  const problem = (finding: FileFinding) => ({ problems: [fileProblem(root, path, finding)] });
  if ((await lstat(file)).isSymbolicLink()) {
    const [target, top] = await Promise.all([realpath(file).catch(() => undefined), realpath(root)]);
    if (target === undefined) return problem(DANGLING);
    if (!target.startsWith(top + sep)) return problem(OUTSIDE);
  }
  if (!(await stat(file)).isFile()) return problem(NOT_A_FILE);
  const text = decodeUtf8(await readFile(file));
  if (text === undefined) return problem(NOT_UTF_8);
  const name = displayName(root, path);
  const reading = readUnit(text, name);
  const problems = [...reading.problems, ...serviceSectionProblem(reading.file, name)];
  return { source: { text, unit: reading.file }, problems };
}

/** The names in a folder, sorted, without hidden files and backups of editors; none if there is no such folder. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => !name.startsWith('.') && !name.startsWith('#') && !name.endsWith('~')).sort();
}

/** Parses a file's name as a unit name, or says why it is none. */
export function readUnitName(name: string): UnitName | FileFinding {
  try {
    return parseUnitName(name);
  } catch (error) {
    if (!(error instanceof CoreshipError)) throw error;
    const hint = `${error.hint ? `${error.hint}; ` : ''}files that are not units belong elsewhere`;
    return { rule: 'bad-unit-name', message: error.message, hint };
  }
}

const DANGLING: FileFinding = {
  rule: 'dangling-link',
  message: 'is a link to a file that does not exist',
  hint: 'remove the link, or restore its target',
};

const OUTSIDE: FileFinding = {
  rule: 'link-outside',
  message: 'is a link that leaves the project',
  hint: 'what is deployed must be part of the project: copy the file into it',
};

const NOT_A_FILE: FileFinding = {
  rule: 'not-a-file',
  message: 'is not a file',
  hint: 'unit files lie directly in their folder; drop-ins are not shipped',
};

const NOT_UTF_8: FileFinding = { rule: 'not-utf-8', message: 'is not UTF-8 text', hint: 'save it as UTF-8' };

function nameProblem(name: string, folder: 'unit-templates' | 'static'): FileFinding | undefined {
  const unit = readUnitName(name);
  if ('rule' in unit) return unit;
  if (unit.isTemplate && folder === 'static') {
    return { rule: 'wrong-folder', message: 'is a template', hint: 'move it to unit-templates/' };
  }
  if (unit.isTemplate || folder === 'static') return undefined;
  const hint = `move it to ${unit.instance === undefined ? 'static' : 'instances'}/`;
  return { rule: 'wrong-folder', message: 'is not a template', hint };
}
