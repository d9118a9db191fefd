import { defined } from '../defined.ts';
import { CoreshipError, type ErrorCode } from '../errors.ts';

/** A failure after which something stays done, with lines that say how far the work got; other errors as they are. */
export function asPartial(error: unknown, progress: readonly string[]): unknown {
  if (!(error instanceof CoreshipError) || error.code !== 'failed') return error;
  return withDetails(error, progress, 'partial');
}

/** The same error with more lines below its message. */
export function withDetails(
  error: CoreshipError,
  lines: readonly string[],
  code: ErrorCode = error.code,
): CoreshipError {
  const details = [...error.details, ...lines];
  return new CoreshipError(code, error.message, defined({ cause: error, details, hint: error.hint }));
}
