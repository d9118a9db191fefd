import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { labDown, labUp } from '../../../src/lab/lab.ts';
import { labSupport } from '../../../src/lab/support.ts';
import { repository } from './repository.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why the lab cannot run here; null where it is up. */
    labMissing: string | null;
  }
}

/** The lab of these tests: never the one a person works with. */
const name = 'test';

const quiet = (): void => undefined;

/** Brings the lab up once for all files. Where none can run, it says why, and the tests skip themselves. */
export async function setup(project: TestProject): Promise<void> {
  const missing = (await labSupport()) ?? null;
  project.provide('labMissing', missing);
  if (missing !== null) {
    process.stderr.write(`lab tests skipped: ${missing}\n`);
    return;
  }
  const images = ['apache', 'nginx_lb'].map((image) => {
    return { name: `example/${image}`, context: join(repository, 'images', image) };
  });
  try {
    await labUp({ name, machines: 3, images }, quiet);
  } catch (error) {
    await labDown(name, quiet);
    throw error;
  }
}

/** Takes it down, also after a failure. CORESHIP_KEEP_TEST_LAB=1 keeps it, so that the next run starts at once. */
export async function teardown(): Promise<void> {
  if ((await labSupport()) === undefined && process.env['CORESHIP_KEEP_TEST_LAB'] !== '1') {
    await labDown(name, quiet);
  }
}
