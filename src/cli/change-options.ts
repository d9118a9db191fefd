import { CoreshipError } from '../errors.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';

/** Options of every command that changes a cluster. */
export const changeOptions = {
  yes: {
    type: 'boolean',
    alias: 'y',
    describe: 'Approve a plan that stops, replaces or moves anything',
  },
  allow: {
    type: 'string',
    array: true,
    describe: 'Lint rule to ignore; the unit is sent even though the cluster would misread it',
  },
  'dry-run': { type: 'boolean', alias: 'n', describe: 'Show the plan and change nothing' },
  'lock-wait': {
    type: 'number',
    describe: 'Seconds to wait for another run to end',
    defaultDescription: 'CORESHIP_LOCK_WAIT, else 30',
  },
} as const;

/** How a command may change a cluster. */
export interface ChangeOptions {
  /** Whether the plan is approved in advance. */
  readonly yes: boolean;
  /** Lint rules to ignore. */
  readonly allow: readonly string[];
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly lockWaitSeconds: number;
}

/** The values of the change options: the command line first, then the environment. */
export function readChangeOptions(
  args: Arguments<typeof changeOptions>,
  { env }: Pick<Io, 'env'>,
): ChangeOptions {
  return {
    yes: args.yes || env['CORESHIP_YES'] === '1',
    allow: args.allow,
    dryRun: args.dryRun,
    json: args.json,
    lockWaitSeconds: readSeconds(args.lockWait ?? env['CORESHIP_LOCK_WAIT'] ?? defaultLockWait),
  };
}

/** Longer than the lock of a killed run lives. */
const defaultLockWait = 30;

function readSeconds(value: string | number): number {
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new CoreshipError('usage', '--lock-wait and CORESHIP_LOCK_WAIT take a number of seconds');
}
