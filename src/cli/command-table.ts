import { type CommandEntry, commandName } from './command.ts';
import { labCommands } from './commands/lab/lab-commands.ts';

/** All commands. A module is loaded only when its command is called, so that `--help` stays quick. */
export const commandTable: readonly CommandEntry[] = [
  {
    usage: 'init [directory]',
    describe: 'Start a project from the apache and nginx example',
    load: () => import('./commands/init.ts'),
  },
  {
    usage: 'render',
    describe: 'Render typed services to unit files and image files',
    load: () => import('./commands/render.ts'),
  },
  {
    usage: 'lint [file..]',
    describe: 'Check the project and its units',
    load: () => import('./commands/lint.ts'),
  },
  {
    usage: 'plan [service..]',
    describe: 'Show what would change on the cluster, and why',
    load: () => import('./commands/plan.ts'),
  },
  {
    usage: 'scale <service> <instance..>',
    describe: 'Run exactly these instances of a service',
    load: () => import('./commands/scale.ts'),
  },
  {
    usage: 'deploy <service..>',
    describe: 'Bring services to the state that the files describe',
    load: () => import('./commands/deploy.ts'),
  },
  {
    usage: 'destroy <service..>',
    describe: 'Deregister, drain, stop and remove services',
    load: () => import('./commands/destroy.ts'),
  },
  {
    usage: 'status [service..]',
    describe: 'Show what runs where, and whether it is registered and served',
    load: () => import('./commands/status.ts'),
  },
  {
    usage: 'machines',
    describe: 'Show the machines of the cluster',
    load: () => import('./commands/machines.ts'),
  },
  {
    usage: 'services',
    describe: 'Show what is registered and what the load balancers serve',
    load: () => import('./commands/services.ts'),
  },
  {
    usage: 'lab <command>',
    describe: `The local cluster: ${labCommands.map(commandName).join(', ')}`,
    subcommands: labCommands,
  },
  {
    usage: 'schema',
    describe: 'Print the JSON schema of coreship.yaml',
    load: () => import('./commands/schema.ts'),
  },
  {
    usage: 'completion',
    describe: 'Print a completion script for bash or zsh',
    builtIn: true,
  },
  {
    usage: 'version',
    describe: 'Print the version',
    load: () => import('./commands/version.ts'),
  },
];
