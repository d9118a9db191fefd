import { resolve } from 'node:path';
import { formatProblem } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { findProjectRoot, readProject } from '../project/read-project.ts';
import { type Arguments, word } from './command.ts';
import type { Io } from './io.ts';

/** The folder of the project the command was called in or for. */
export async function projectRoot(args: Arguments, io: Io): Promise<string> {
  const given = word(args, 'project');
  return given === undefined ? findProjectRoot(io.cwd) : resolve(io.cwd, given);
}

/** Reads the project; warnings are told, errors thrown all at once. */
export async function openProject(args: Arguments, io: Io): Promise<Project> {
  const { project, problems } = await readProject(await projectRoot(args, io));
  for (const problem of problems) io.err(`warning: ${formatProblem(problem)}\n`);
  return project;
}
