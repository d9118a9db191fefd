import { quoteWords } from '../ssh/quote.ts';
import { type HostOptions, type HostResult, tryOnHost } from './host.ts';
import type { Machine } from './lab.ts';

/** What the system's ssh needs to reach a machine of a lab. */
export interface SshLogin {
  readonly address: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

/** The words that run a command on a machine of a lab with the system's ssh; without a command, a shell. */
export function sshWords(login: SshLogin, command: readonly string[]): readonly string[] {
  const settings = [
    `IdentityFile=${login.identityFile}`,
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    `UserKnownHostsFile=${login.knownHostsFile}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'ConnectTimeout=5',
    'ServerAliveInterval=10',
    'LogLevel=ERROR',
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  const remote = command.length === 0 ? [] : ['--', quoteWords(command)];
  return ['ssh', '-F', 'none', ...options, `core@${login.address}`, ...remote];
}

/** What ssh needs to reach this machine. */
export function loginOf({ address, lab }: Machine): SshLogin {
  const { identityFile, knownHostsFile } = lab.paths;
  return { address, identityFile, knownHostsFile };
}

/** Runs a command on a machine of a lab and returns its result, whatever its status. */
export async function tryOnMachine(
  machine: Machine,
  command: readonly string[],
  options: HostOptions = {},
): Promise<HostResult> {
  // A build must not outlive this process: the next run would meet it.
  const words = ['setpriv', '--pdeathsig', 'KILL', ...sshWords(loginOf(machine), command)];
  return await tryOnHost(words, options);
}
