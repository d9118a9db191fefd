import { CoreshipError, formatPlace, formatProblem } from '../../errors.ts';
import type { Io } from '../io.ts';
import { jsonLine } from './answer.ts';

/** Prints one error: what happened, where, what else is known, and what to do next. */
export function printError(error: unknown, io: Io, json: boolean): void {
  if (json) io.out(jsonLine('error', { error: asData(error) }));
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

/** An error that nobody expected is a bug of coreship; its trace is part of the report. */
function bugLines(error: unknown): readonly string[] {
  return [
    `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    'hint: please report this with the lines above',
  ];
}

function asData(error: unknown): object {
  if (!(error instanceof CoreshipError)) return { code: 'bug', message: String(error) };
  const { code, message, hint, where, problems, details } = error;
  return { code, message, hint, where, problems, details };
}
