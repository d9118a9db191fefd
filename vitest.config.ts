import { defineConfig } from 'vitest/config';
import { AlternateProjects } from './test/support/file-order.ts';

// Machines and containers mostly wait: more files run at once than there are processors. Those of the cluster project
// wait for one of two labs, which leaves the other workers to the integration project.
const realMachines = {
  testTimeout: 180_000,
  hookTimeout: 600_000,
  maxWorkers: 6,
  sequence: { groupOrder: 1 },
};

export default defineConfig({
  test: {
    sequence: { sequencer: AlternateProjects },
    tags: [
      {
        name: 'every-fault',
        description: 'A fault of a kind that npm test covers by another one; npm run test:all runs it.',
      },
    ],
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 30_000,
          maxWorkers: 2,
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/*.test.ts'],
          globalSetup: 'test/support/global-setup/host-programs.ts',
          ...realMachines,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/integration/cluster/*.test.ts'],
          globalSetup: 'test/support/global-setup/lab.ts',
          ...realMachines,
        },
      },
    ],
  },
});
