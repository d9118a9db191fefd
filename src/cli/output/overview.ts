import type { CommandEntry } from '../command.ts';
import { globalOptions } from '../global-options.ts';
import { table } from './table.ts';

/** The text of `coreship --help`: every command, and the global options. */
export function overview(commands: readonly CommandEntry[]): string {
  const { cluster, project, json } = globalOptions;
  const options = [
    ['  --cluster', `${cluster.describe} (default: ${cluster.defaultDescription})`],
    ['  --project', `${project.describe} (default: ${project.defaultDescription})`],
    ['  --json', json.describe],
    ['  -h, --help', 'Show help, also for one command: coreship <command> --help'],
    ['  -V, --version', 'Print the version'],
  ];
  return [
    'coreship <command>\n\n',
    'Describe a service once, review its systemd units in git, and deploy them to a cluster over SSH.\n\n',
    'Commands:\n',
    table(commands.map(({ usage, describe }) => [`  ${usage}`, describe])),
    '\nGlobal options:\n',
    table(options),
  ].join('');
}
