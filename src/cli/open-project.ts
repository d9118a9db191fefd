import { resolve } from 'node:path';
import { formatProblem } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { findProjectRoot, readProject } from '../project/read-project.ts';
import type { GlobalArguments } from './arguments.ts';
import type { Io } from './io.ts';

/** The folder of the project that the command was called for: `--project`, else the nearest around the working directory. */
export async function projectRoot({ project }: Pick<GlobalArguments, 'project'>, io: Io): Promise<string> {
  return project === undefined ? findProjectRoot(io.cwd) : resolve(io.cwd, project);
}

/** Reads the project and prints its warnings. @throws CoreshipError `config` with every error of the project */
export async function openProject(args: Pick<GlobalArguments, 'project'>, io: Io): Promise<Project> {
  const { project, problems } = await readProject(await projectRoot(args, io));
  for (const problem of problems) io.err(`warning: ${formatProblem(problem)}\n`);
  return project;
}
