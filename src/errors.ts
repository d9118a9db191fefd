/**
 * The kind of an error. It decides the exit code (docs/operation.md, "Exit codes"): `usage` and `config` 2, `failed` and
 * `bug` 1, `lock-held` 3, `partial` 4, `interrupted` 130.
 */
export type ErrorCode = 'usage' | 'config' | 'failed' | 'lock-held' | 'partial' | 'interrupted' | 'bug';

/** A place in a file that a person can open. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One mistake in the input, found by a parser, the schema or a lint rule. */
export interface Problem {
  /** Name of the rule, in kebab-case, stable: `unknown-key`, `placement-metadata-ignored`. */
  readonly rule: string;
  /** An error stops the command; a warning is only reported. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly where?: Place;
  /** Path inside the file's data, such as `services.apache.port`. */
  readonly path?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Optional facts about an error. */
export interface ErrorFacts {
  /** What to do about it. */
  readonly hint?: string;
  readonly where?: Place;
  readonly cause?: unknown;
  /** Every problem that was found, if the error stands for several. */
  readonly problems?: readonly Problem[];
  /** Lines to show below the message: the last journal lines of a unit, the stderr of a remote command. */
  readonly details?: readonly string[];
}

/** The one error type of coreship. It says what happened, where, and what to do next. */
export class CoreshipError extends Error {
  override readonly name = 'CoreshipError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly where: Place | undefined;
  readonly problems: readonly Problem[];
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint;
    this.where = facts.where;
    this.problems = facts.problems ?? [];
    this.details = facts.details ?? [];
  }
}

/** Formats a problem as `file:line:col path: message (hint)`, without the parts that are absent. */
export function formatProblem(problem: Problem): string {
  const head = [problem.where ? formatPlace(problem.where) : '', problem.path ?? '']
    .filter(Boolean)
    .join(' ');
  const hint = problem.hint ? ` (${problem.hint})` : '';
  return `${head ? `${head}: ` : ''}${problem.message}${hint}`;
}

/** Formats a place as `file:line:col`, as editors and terminals link it. */
export function formatPlace(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/** One `config` error for all problems, or undefined if none of them is an error. */
export function problemsError(problems: readonly Problem[]): CoreshipError | undefined {
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return undefined;
  const count = errors.length === 1 ? '1 problem' : `${errors.length} problems`;
  return new CoreshipError('config', `${count} found`, { problems });
}

/** Stops the compiler if a switch does not handle every member of a union. */
export function assertNever(value: never): never {
  throw new CoreshipError('bug', `unexpected value ${JSON.stringify(value)}`);
}
