import type { OptionDeclaration } from './arguments.ts';

/** Options that every command takes. */
export const globalOptions = {
  cluster: {
    type: 'string',
    describe: 'Cluster to work on',
    defaultDescription: 'CORESHIP_CLUSTER, else lab',
  },
  project: {
    type: 'string',
    describe: 'Folder of the project',
    defaultDescription: 'CORESHIP_PROJECT, else the nearest with coreship.yaml',
  },
  json: { type: 'boolean', describe: 'Answer in JSON' },
} as const satisfies Readonly<Record<string, OptionDeclaration>>;
