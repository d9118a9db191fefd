import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { labDown } from '../../../src/lab/lab-down.ts';
import { labUp } from '../../../src/lab/lab-up.ts';
import { storedLayouts } from '../../../src/lab/stored-layout.ts';
import { labSupport } from '../../../src/lab/support.ts';
import { labNameOfRun, pidOfLab } from '../lab/lab-name.ts';
import { type LabPool, reportLab } from '../lab/lab-pool.ts';
import { onlyPrograms } from '../lab/lab-programs.ts';
import { repository } from '../repository.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why no lab can run here; null where one can. */
    labMissing: string | null;
    labPool: LabPool;
  }
}

const keep = process.env['CORESHIP_KEEP_TEST_LAB'] === '1';

/** Labs for each run: never the one a person works with, nor those of another run on the same machine. */
const names = keep ? ['test-a', 'test-b'] : [labNameOfRun('tsa'), labNameOfRun('tsb')];

const quiet = (): void => undefined;
const stop = new AbortController();
let folder: string | undefined;
let coming: Promise<void> | undefined;

/**
 * Brings two labs up, which the files of the tests share. Waits for none of them: other tests run meanwhile. Where no
 * lab can run, it says why, and the tests skip themselves.
 */
export async function setup(project: TestProject): Promise<void> {
  const missing = (await labSupport()) ?? null;
  project.provide('labMissing', missing);
  if (missing !== null) {
    process.stderr.write(`lab tests skipped: ${missing}\n`);
    return;
  }
  folder = await mkdtemp(join(tmpdir(), 'coreship-labs-'));
  const pool: LabPool = { names, folder };
  project.provide('labPool', pool);
  coming = bringUp(pool);
}

/** Takes them down, also after a failure. CORESHIP_KEEP_TEST_LAB=1 keeps them, so that the next run starts at once. */
export async function teardown(): Promise<void> {
  if (folder === undefined) return;
  stop.abort();
  await coming;
  await rm(folder, { recursive: true });
  if (!keep) await Promise.all(names.map((name) => labDown(name, quiet)));
}

/** One after the other, so that the first is up soon. */
async function bringUp(pool: LabPool): Promise<void> {
  const images = ['apache', 'nginx_lb'].map((image) => {
    return { name: `example/${image}`, context: join(repository, 'images', image) };
  });
  // Fleet is another test's, which starts and stops it.
  const bin = await onlyPrograms(['confd', 'etcd', 'etcdctl']);
  try {
    await sweepDeadRuns();
    for (const name of names) {
      await labUp({ name, machines: 3, images, ...(bin === undefined ? {} : { bin }) }, quiet, stop.signal);
      reportLab(pool, name);
    }
  } catch (error) {
    for (const name of names) reportLab(pool, name, error);
  } finally {
    if (bin !== undefined) await rm(bin, { recursive: true });
  }
}

/** Takes down what runs that were killed have left. */
async function sweepDeadRuns(): Promise<void> {
  for (const { name: lab } of await storedLayouts()) {
    const pid = pidOfLab(lab);
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await labDown(lab, quiet);
  }
}
