import { CoreshipError, type ErrorCode } from '../errors.ts';

/** How the process ends (DESIGN.md §8). */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** Usage or configuration, and with `--detailed-exitcode` changes pending. */
  usage: 2,
  lockHeld: 3,
  asPartial: 4,
  interrupted: 130,
} as const;

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CoreshipError ? byError[error.code] : exitCodes.failed;
}

const byError = {
  usage: exitCodes.usage,
  config: exitCodes.usage,
  failed: exitCodes.failed,
  bug: exitCodes.failed,
  'lock-held': exitCodes.lockHeld,
  partial: exitCodes.asPartial,
  interrupted: exitCodes.interrupted,
} as const satisfies Record<ErrorCode, number>;
