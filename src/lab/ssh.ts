import { quoteWords } from '../ssh/quote.ts';
import { type HostOptions, type HostResult, tryHost } from './host.ts';
import type { MachineLayout } from './layout.ts';
import { labPaths } from './paths.ts';

/** The words that run a command on a machine of a lab by the system's ssh; without a command, a shell. */
export function sshWords(lab: string, address: string, command: readonly string[]): readonly string[] {
  const { identity, knownHosts } = labPaths(lab);
  const settings = [
    ...[`IdentityFile=${identity}`, 'IdentitiesOnly=yes', 'BatchMode=yes'],
    ...[`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes'],
    ...['ConnectTimeout=5', 'ServerAliveInterval=10', 'LogLevel=ERROR'],
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  const remote = command.length === 0 ? [] : ['--', quoteWords(command)];
  return ['ssh', '-F', 'none', ...options, `core@${address}`, ...remote];
}

/** Runs a command on a machine of a lab and gives its result, whatever its status. */
export async function onMachine(
  lab: string,
  machine: MachineLayout,
  command: readonly string[],
  options: HostOptions = {},
): Promise<HostResult> {
  // A build that nobody waits for any more must not go on: the next run would meet it.
  return await tryHost(
    ['setpriv', '--pdeathsig', 'KILL', ...sshWords(lab, machine.address, command)],
    options,
  );
}
