import { dirname, join, resolve } from 'node:path';
import { CoreshipError, type Problem } from '../errors.ts';
import { exists } from '../exists.ts';
import { compareText } from '../unit/compare.ts';
import { fileProblem } from './finding.ts';
import type { Project, ProjectInstance, ProjectUnit } from './project.ts';
import { CONFIG_FILE, configOrThrow, readConfig } from './read-config.ts';
import { readInstances } from './read-instances.ts';
import { readUnits } from './read-units.ts';

/**
 * Reads a project folder: `coreship.yaml` and the unit files. Folders may be missing.
 * Returns the warnings; if anything is an error, throws `config` with every problem.
 */
export async function readProject(
  root: string,
): Promise<{ readonly project: Project; readonly problems: readonly Problem[] }> {
  const folder = resolve(root);
  const [reading, templates, statics] = await Promise.all([
    readConfig(folder),
    readUnits(folder, 'unit-templates'),
    readUnits(folder, 'static'),
  ]);
  const instances = await readInstances(folder, templates);
  const problems = [
    ...reading.problems,
    ...templates.problems,
    ...statics.problems,
    ...instances.problems,
    ...doubleProblems(folder, statics.units, instances.instances),
  ];
  const config = configOrThrow(reading, problems);
  const units = [...templates.units, ...statics.units].sort(byName);
  return { project: { root: folder, ...config, units, instances: instances.instances }, problems };
}

/** The nearest folder, from here upwards, that holds a `coreship.yaml`. Throws `config` if there is none. */
export async function findProjectRoot(from: string): Promise<string> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (await exists(join(folder, CONFIG_FILE))) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new CoreshipError('config', `no ${CONFIG_FILE} in ${resolve(from)} or any folder above it`, {
    hint: 'run "coreship init" for a new project, or change into one',
  });
}

/** `static/` may hold an instance, such as `apache@7777.service`; then `instances/` must not. */
function doubleProblems(
  root: string,
  statics: readonly ProjectUnit[],
  instances: readonly ProjectInstance[],
): readonly Problem[] {
  const known = new Set(statics.map(({ name }) => name));
  return instances
    .filter(({ name }) => known.has(name))
    .map(({ path }) =>
      fileProblem(root, path, {
        rule: 'unit-twice',
        message: 'is also in static/',
        hint: 'remove one of the two',
      }),
    );
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name);
}
