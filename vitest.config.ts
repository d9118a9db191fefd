import { defineConfig } from 'vitest/config';

// A second, which it is by default, a busy machine may well stand still.
const patient = { expect: { poll: { timeout: 20_000 } } };

// Real machines are few: the files of these tests take turns.
const oneByOne = { ...patient, fileParallelism: false, testTimeout: 180_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          ...patient,
          testTimeout: 30_000,
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/*.test.ts'],
          globalSetup: 'test/support/global-setup/host-programs.ts',
          ...oneByOne,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/integration/cluster/*.test.ts'],
          globalSetup: 'test/support/global-setup/lab.ts',
          ...oneByOne,
        },
      },
    ],
  },
});
