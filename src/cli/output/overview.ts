import type { CommandEntry } from '../command.ts';
import { globalOptions } from '../global-options.ts';
import { table } from './table.ts';

/** What `coreship --help` says: every command, and the options they share. */
export function overview(commands: readonly CommandEntry[]): string {
  const shared = Object.entries(globalOptions).map(([name, { describe, defaultDescription }]) => {
    return [`  --${name}`, defaultDescription ? `${describe} (default: ${defaultDescription})` : describe];
  });
  return [
    'coreship <command>\n\n',
    'Describe a service once, review its systemd units in git, and put them on a cluster over SSH.\n\n',
    'Commands:\n',
    table(commands.map(({ usage, describe }) => [`  ${usage}`, describe])),
    '\nEverywhere:\n',
    table([...shared, ['  --help', 'Say more about a command: coreship <command> --help']]),
  ].join('');
}
