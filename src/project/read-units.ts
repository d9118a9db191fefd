import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CoreshipError, type Problem } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import { toParsedUnit } from '../services/parsed-unit.ts';
import { parseUnitName, type UnitName } from '../unit/name.ts';
import { readUnit } from '../unit/parse.ts';
import { listFolder } from './list-folder.ts';
import type { ProjectUnit } from './project.ts';
import { decodeUtf8 } from './utf8.ts';

/** What lies in one of the unit folders. */
export interface UnitFolder {
  readonly units: readonly ProjectUnit[];
  /** Names of all entries, those with problems too. */
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
  const problem = (finding: Finding) => ({ problems: [fileProblem(root, path, finding)] });
  if ((await lstat(file)).isSymbolicLink()) {
    const [target, top] = await Promise.all([realpath(file).catch(() => undefined), realpath(root)]);
    if (target === undefined) return problem(DANGLING);
    if (!target.startsWith(top + sep)) return problem(OUTSIDE);
  }
  if (!(await stat(file)).isFile()) return problem(NOT_A_FILE);
  const text = decodeUtf8(await readFile(file));
  if (text === undefined) return problem(NOT_UTF_8);
  const reading = readUnit(text, displayName(root, path));
  const isService = path.endsWith('.service');
  const hasService = reading.file.entries.some(
    (entry) => entry.kind === 'section' && entry.name === 'Service',
  );
  const lacking = isService && !hasService ? [fileProblem(root, path, NO_SERVICE)] : [];
  return { source: { text, unit: reading.file }, problems: [...reading.problems, ...lacking] };
}

/** What is wrong with a file, without its place. */
export type Finding = Pick<Problem, 'rule' | 'message' | 'hint'>;

/** A problem of a whole file of the project. */
export function fileProblem(root: string, path: string, finding: Finding): Problem {
  return { ...finding, severity: 'error', where: { file: displayName(root, path) } };
}

/** Takes a file's name apart as a unit name, or says why it is none. */
export function readUnitName(name: string): UnitName | Finding {
  try {
    return parseUnitName(name);
  } catch (error) {
    if (!(error instanceof CoreshipError)) throw error;
    const hint = `${error.hint ? `${error.hint}; ` : ''}what is not a unit belongs elsewhere`;
    return { rule: 'bad-unit-name', message: error.message, hint };
  }
}

const DANGLING: Finding = {
  rule: 'dangling-link',
  message: 'is a link to a file that does not exist',
  hint: 'remove the link, or bring its target back',
};

const OUTSIDE: Finding = {
  rule: 'link-outside',
  message: 'is a link that leaves the project',
  hint: 'what ships must be reviewed here: copy the file into the project',
};

const NOT_A_FILE: Finding = {
  rule: 'not-a-file',
  message: 'is not a file',
  hint: 'unit files lie directly in their folder; drop-ins are not shipped',
};

const NOT_UTF_8: Finding = { rule: 'not-utf-8', message: 'is not UTF-8 text', hint: 'save it as UTF-8' };

const NO_SERVICE: Finding = {
  rule: 'no-service-section',
  message: 'has no [Service] section',
  hint: 'add one with an ExecStart=',
};

function nameProblem(name: string, folder: 'unit-templates' | 'static'): Finding | undefined {
  const unit = readUnitName(name);
  if ('rule' in unit) return unit;
  if (unit.isTemplate && folder === 'static') {
    return { rule: 'wrong-folder', message: 'is a template', hint: 'move it to unit-templates/' };
  }
  if (unit.isTemplate || folder === 'static') return undefined;
  const hint = `move it to ${unit.instance === undefined ? 'static' : 'instances'}/`;
  return { rule: 'wrong-folder', message: 'is not a template', hint };
}

function displayName(root: string, path: string): string {
  return relative(process.cwd(), join(root, path));
}
