import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { labDown, labUp } from '../../../src/lab/lab.ts';
import { storedLayouts } from '../../../src/lab/stored-layout.ts';
import { labSupport } from '../../../src/lab/support.ts';
import { labNameOfRun, pidOfLab } from '../lab/lab-name.ts';
import { onlyPrograms } from '../lab/lab-programs.ts';
import { repository } from '../repository.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why the lab cannot run here; null where it is up. */
    labMissing: string | null;
    labName: string;
  }
}

const keep = process.env['CORESHIP_KEEP_TEST_LAB'] === '1';

/** A lab for each run: never the one a person works with, nor that of another run on the same machine. */
const name = keep ? 'test' : labNameOfRun('tst');

const quiet = (): void => undefined;

/** Brings the lab up once for all files. Where none can run, it says why, and the tests skip themselves. */
export async function setup(project: TestProject): Promise<void> {
  const missing = (await labSupport()) ?? null;
  project.provide('labMissing', missing);
  project.provide('labName', name);
  if (missing !== null) {
    process.stderr.write(`lab tests skipped: ${missing}\n`);
    return;
  }
  const images = ['apache', 'nginx_lb'].map((image) => {
    return { name: `example/${image}`, context: join(repository, 'images', image) };
  });
  await sweepDeadRuns();
  // Fleet is another test's, which starts and stops it.
  const bin = await onlyPrograms(['confd', 'etcd', 'etcdctl']);
  try {
    await labUp({ name, machines: 3, images, ...(bin === undefined ? {} : { bin }) }, quiet);
  } catch (error) {
    await labDown(name, quiet);
    throw error;
  } finally {
    if (bin !== undefined) await rm(bin, { recursive: true });
  }
}

/** Takes it down, also after a failure. CORESHIP_KEEP_TEST_LAB=1 keeps it, so that the next run starts at once. */
export async function teardown(): Promise<void> {
  if (!keep && (await labSupport()) === undefined) {
    await labDown(name, quiet);
  }
}

/** Takes down what runs that were killed have left. */
async function sweepDeadRuns(): Promise<void> {
  for (const { name: lab } of await storedLayouts()) {
    const pid = pidOfLab(lab);
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await labDown(lab, quiet);
  }
}
