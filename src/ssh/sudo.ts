import { CoreshipError } from '../errors.ts';
import type { CommandResult, RemoteCommand } from './connection.ts';
import { quoteWords } from './quote.ts';
import type { Login } from './resolve-target.ts';

/** The command to send so that this one runs as root; the same value if nothing has to change. */
export function asRoot(command: RemoteCommand, loginUser: string): RemoteCommand {
  if (!command.root || loginUser === 'root') return command;
  return { ...command, words: ['sudo', '-n', '--', ...command.words] };
}

/** @throws CoreshipError if sudo failed, and not the command that it was to run. */
export function throwIfSudoFailed(
  login: Pick<Login, 'name' | 'user'>,
  command: RemoteCommand,
  result: CommandResult,
): void {
  const refused = result.status === 1 && result.stdout === '' && refusalText.test(result.stderr);
  const missing = result.status === 127 && /sudo: (command )?not found/.test(result.stderr);
  if (!refused && !missing) return;
  const shown = quoteWords(command.words);
  throw new CoreshipError(
    'failed',
    missing
      ? `${login.name}: ${login.user} is not root, and there is no sudo to run \`${shown}\``
      : `${login.name}: sudo does not let ${login.user} run \`${shown}\` as root without a password`,
    {
      hint: missing
        ? 'install sudo there, or log in as root'
        : `put this line into /etc/sudoers.d/coreship there (visudo -f): ${login.user} ALL=(root) NOPASSWD: ALL`,
      details: result.stderr.split('\n').filter(Boolean),
    },
  );
}

/** What sudo(8) prints when it refuses, on any line: a lecture or a warning can come first. */
const refusalText =
  /^(sudo: (a password is required|a terminal is required|sorry, you must have a tty|no tty present)|Sorry, user .* (is not allowed to execute|may not run)|.* is not in the sudoers file)/m;
