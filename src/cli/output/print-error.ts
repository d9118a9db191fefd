import { CoreshipError, formatPlace, formatProblem } from '../../errors.ts';
import type { Io } from '../io.ts';

/** Prints one error: what happened, where, what is known beside it, and what to do next. */
export function printError(error: unknown, io: Io, json: boolean): void {
  if (json) io.out(`${JSON.stringify({ version: 1, type: 'error', error: asData(error) })}\n`);
  io.err(`${errorLines(error, io.env).join('\n')}\n`);
}

function errorLines(error: unknown, env: Io['env']): readonly string[] {
  if (!(error instanceof CoreshipError)) return bugLines(error);
  if (error.code === 'bug') return bugLines(error);
  const where = error.where ? `${formatPlace(error.where)}: ` : '';
  const problems = error.problems.map(formatProblem).filter((line) => line !== error.message);
  return [
    `error: ${where && error.message.startsWith(where) ? '' : where}${error.message}`,
    ...problems.map((line) => `  ${line}`),
    ...error.details.flatMap((detail) => detail.split('\n')).map((line) => `  ${line}`),
    ...(error.hint ? [`hint: ${error.hint}`] : []),
    ...(env['CORESHIP_DEBUG'] ? [error.stack ?? '', String(error.cause ?? '')] : []),
  ];
}

/** What nobody foresaw is a mistake of coreship's, and its trace is worth keeping. */
function bugLines(error: unknown): readonly string[] {
  return [
    `error: a mistake in coreship: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    'hint: please report it with the lines above',
  ];
}

function asData(error: unknown): object {
  if (!(error instanceof CoreshipError)) return { code: 'bug', message: String(error) };
  const { code, message, hint, where, problems, details } = error;
  return { code, message, hint, where, problems, details };
}
