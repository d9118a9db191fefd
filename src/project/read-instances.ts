import { lstat, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Problem } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import { toParsedUnit } from '../services/parsed-unit.ts';
import { templateOf } from '../unit/name.ts';
import { type FileFinding, fileProblem } from './finding.ts';
import type { ProjectInstance } from './project.ts';
import { listFolder, readUnitFile, readUnitName, type UnitFolder } from './read-units.ts';

/** The contents of `instances/`. */
export interface InstanceFolder {
  readonly instances: readonly ProjectInstance[];
  readonly problems: readonly Problem[];
}

/** Reads `instances/`, in name order: each entry is a link to its own template, or a file with a text of its own. */
export async function readInstances(root: string, templates: UnitFolder): Promise<InstanceFolder> {
  const names = await listFolder(join(root, 'instances'));
  const templateBy = new Map(templates.units.map((unit) => [unit.name, unit]));
  const present = new Set(templates.names);
  const read = await mapLimited(names, async (name) => {
    const path = `instances/${name}`;
    const problem = (finding: FileFinding) => ({ problems: [fileProblem(root, path, finding)] });
    const unit = readUnitName(name);
    if ('rule' in unit) return problem(unit);
    const template = templateOf(name);
    if (template === undefined) return problem(NOT_AN_INSTANCE);
    if (!(await lstat(join(root, path))).isSymbolicLink()) {
      const { source, problems } = await readUnitFile(root, path);
      return source ? { instance: { ...toParsedUnit(name, source), path }, problems } : { problems };
    }
    const target = await readlink(join(root, path));
    if (resolve(root, 'instances', target) !== join(root, 'unit-templates', template)) {
      return problem(wrongTarget(target, template));
    }
    if (!present.has(template)) return problem(dangling(template));
    const source = templateBy.get(template);
    // A template that could not be read has its own problem already.
    return source
      ? { instance: { ...toParsedUnit(name, source), path, template }, problems: [] }
      : { problems: [] };
  });
  return {
    instances: read.flatMap(({ instance }) => instance ?? []),
    problems: read.flatMap(({ problems }) => problems),
  };
}

const NOT_AN_INSTANCE: FileFinding = {
  rule: 'wrong-folder',
  message: 'is not an instance of a template',
  hint: 'name it like apache@7777.service, or move it out of instances/',
};

function dangling(template: string): FileFinding {
  const message = `links to unit-templates/${template}, which does not exist`;
  return { rule: 'dangling-link', message, hint: 'run "coreship render", or remove the link' };
}

function wrongTarget(target: string, template: string): FileFinding {
  const message = `links to ${target}, not to its own template`;
  return { rule: 'wrong-link', message, hint: `link it to ../unit-templates/${template}` };
}
