import type { CommandEntry } from '../../command.ts';

/** The commands below `coreship lab`. */
export const labCommands: readonly CommandEntry[] = [
  {
    usage: 'up',
    describe: 'Start the lab, or whatever of it is missing',
    load: () => import('./up.ts'),
  },
  {
    usage: 'down',
    describe: 'Remove the lab with everything in it',
    load: () => import('./down.ts'),
  },
  {
    usage: 'status',
    describe: 'Show whether the lab is up, machine by machine',
    load: () => import('./status.ts'),
  },
  {
    usage: 'ssh <machine> [command..]',
    describe: 'Open a shell on a machine, or run a command there',
    load: () => import('./ssh.ts'),
  },
  {
    usage: 'reboot <machine>',
    describe: 'Reboot a machine and wait until it is back',
    load: () => import('./reboot.ts'),
  },
  {
    usage: 'disconnect <machine>',
    describe: 'Disconnect a machine from the network; it keeps running',
    load: () => import('./disconnect.ts'),
  },
  {
    usage: 'reconnect <machine>',
    describe: 'Connect a disconnected machine again',
    load: () => import('./reconnect.ts'),
  },
];
