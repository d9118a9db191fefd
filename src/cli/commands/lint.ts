import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { CoreshipError, type Problem } from '../../errors.ts';
import { lintUnit } from '../../placement/lint-unit.ts';
import { readProject } from '../../project/read-project.ts';
import { lintPattern } from '../../services/lint-pattern.ts';
import { parseUnitText } from '../../services/parsed-unit.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { projectRoot } from '../open-project.ts';
import { answer } from '../output/answer.ts';
import { problemsText } from '../output/problems-text.ts';

/** `coreship lint`: what is wrong with the project or with some unit files. Exits with 1 where there is an error. */
export const command = defineCommand({
  positionals: { file: { array: true, describe: 'Unit files; the whole project where none is given' } },
  run: async ({ file: files, project, json }, io) => {
    const problems =
      files.length > 0
        ? await lintFiles(files, io)
        : await lintProject(await projectRoot({ project }, io), io);
    answer(io, json, 'lint', { problems }, problemsText(problems));
    return problems.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.done;
  },
});

async function lintProject(root: string, io: Io): Promise<readonly Problem[]> {
  try {
    const { project, problems } = await readProject(root);
    const own = project.instances.filter(({ template }) => template === undefined);
    const units = [...project.units, ...own].map((unit) => ({
      ...unit,
      file: relative(io.cwd, join(root, unit.path)),
    }));
    return [...problems, ...units.flatMap(({ text, file }) => lintUnit(text, file)), ...lintPattern(units)];
  } catch (error) {
    // Problems that keep a project from being read are problems like any others.
    if (error instanceof CoreshipError && error.problems.length > 0) return error.problems;
    throw error;
  }
}

async function lintFiles(files: readonly string[], io: Io): Promise<readonly Problem[]> {
  const texts = await Promise.all(
    files.map((file) =>
      readFile(resolve(io.cwd, file), 'utf8').catch((cause: unknown) => {
        throw new CoreshipError('usage', `cannot read ${file}`, {
          cause,
          hint: 'lint takes unit files, or no argument for the whole project',
        });
      }),
    ),
  );
  const units = files.map((file, index) => ({ ...parseUnitText(basename(file), texts[index] ?? ''), file }));
  return [...units.flatMap(({ text, file }) => lintUnit(text, file)), ...lintPattern(units)];
}
