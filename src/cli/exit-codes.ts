import { CoreshipError, type ErrorCode } from '../errors.ts';

/** How the process ends. docs/operation.md lists them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** With `--detailed-exitcode`: changes are pending. Terraform uses this number too. */
  changesPending: 2,
  lockHeld: 3,
  partial: 4,
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
  partial: exitCodes.partial,
  interrupted: exitCodes.interrupted,
} as const satisfies Record<ErrorCode, number>;
