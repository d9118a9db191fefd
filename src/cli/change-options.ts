import type { Argv } from 'yargs';
import { CoreshipError } from '../errors.ts';
import { type Arguments, flag, words } from './command.ts';
import type { Io } from './io.ts';

/** Options of every command that changes a cluster. */
export function changeOptions(yargs: Argv): Argv {
  return yargs
    .option('yes', {
      alias: 'y',
      type: 'boolean',
      describe: 'Agree to a plan that stops, replaces or moves something',
    })
    .option('allow', {
      type: 'string',
      array: true,
      describe: 'Rule of lint to pass over: the unit is sent although the cluster misreads it',
    })
    .option('dry-run', { alias: 'n', type: 'boolean', describe: 'Show the plan and stop' })
    .option('lock-wait', {
      type: 'number',
      describe: 'Seconds to wait for another run to end',
      defaultDescription: 'CORESHIP_LOCK_WAIT, else 30',
    });
}

/** The values of those options: flag before environment. */
export function readChangeOptions(args: Arguments, io: Io) {
  return {
    yes: flag(args, 'yes') || io.env['CORESHIP_YES'] === '1',
    allow: words(args, 'allow'),
    dryRun: flag(args, 'dryRun'),
    json: flag(args, 'json'),
    lockWaitSeconds: seconds(args['lockWait'] ?? io.env['CORESHIP_LOCK_WAIT'] ?? defaultLockWait),
  };
}

/** Longer than a killed run's lock lives. */
const defaultLockWait = 30;

function seconds(value: unknown): number {
  const wait = Number(value);
  if (Number.isFinite(wait) && wait >= 0) return wait;
  throw new CoreshipError('usage', '--lock-wait and CORESHIP_LOCK_WAIT take a number of seconds');
}
