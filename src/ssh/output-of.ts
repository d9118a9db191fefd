import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import type { CommandResult } from './connection.ts';

/**
 * The output of a remote command that must succeed; `action` completes "could not ...".
 *
 * @throws CoreshipError `failed` with the last lines of stderr where the status is not 0.
 */
export function outputOf(machine: string, action: string, result: CommandResult, hint?: string): string {
  const { status, stdout, stderr } = result;
  if (status === 0) return stdout;
  throw new CoreshipError('failed', `${machine}: could not ${action} (status ${status})`, {
    ...defined({ hint }),
    details: stderr.trim().split('\n').slice(-5),
  });
}
