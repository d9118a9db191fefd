import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { CoreshipError, formatProblem, type Problem } from '../../errors.ts';
import { lintUnit } from '../../placement/lint-unit.ts';
import { readProject } from '../../project/read-project.ts';
import { lintPattern } from '../../services/lint-pattern.ts';
import { type Arguments, flag, words } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { projectRoot } from '../open-project.ts';

export const options = (yargs: Argv): Argv =>
  yargs.positional('file', {
    type: 'string',
    array: true,
    describe: 'Unit files; the whole project where none is named',
  });

/** `coreship lint`: what is wrong with the project or with some unit files. Ends with 1 where anything is an error. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const files = words(args, 'file');
  const problems =
    files.length > 0 ? await lintFiles(files, io) : await lintProject(await projectRoot(args, io), io);
  if (flag(args, 'json')) {
    io.out(`${JSON.stringify({ version: 1, type: 'lint', problems })}\n`);
  } else {
    for (const problem of problems)
      io.out(`${formatProblem(problem)} [${problem.severity} ${problem.rule}]\n`);
    if (problems.length === 0) io.out('no problems\n');
  }
  return problems.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.done;
}

async function lintProject(root: string, io: Io): Promise<readonly Problem[]> {
  try {
    const { project, problems } = await readProject(root);
    const own = project.instances.filter(({ template }) => template === undefined);
    const units = [...project.units, ...own].map(({ name, path, text }) => {
      return { name, text, file: relative(io.cwd, join(root, path)) };
    });
    return [...problems, ...units.flatMap(({ text, file }) => lintUnit(text, file)), ...lintPattern(units)];
  } catch (error) {
    // What keeps a project from being read at all is a finding like others.
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
          hint: 'lint takes unit files, or nothing for the project',
        });
      }),
    ),
  );
  const units = files.map((file, index) => ({ name: basename(file), file, text: texts[index] ?? '' }));
  return [...units.flatMap(({ text, file }) => lintUnit(text, file)), ...lintPattern(units)];
}
