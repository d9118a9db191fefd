import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';

/** The labs of a run. They come up while other tests run already; a folder says how far each of them is. */
export interface LabPool {
  readonly names: readonly string[];
  readonly folder: string;
}

/** Says that a lab is up, or why it never will be. */
export function reportLab({ folder }: LabPool, name: string, error?: unknown): void {
  writeFileSync(join(folder, name), error === undefined ? '' : String(error));
}

/**
 * Takes a lab of the pool for as long as this process lives; each test file runs in a process of its own. Waits until
 * one is up and free.
 *
 * @throws where no lab comes up
 */
export async function claimLab(pool: LabPool): Promise<string> {
  const claim = async (): Promise<string | false> => {
    for (const name of pool.names) if (isUp(pool, name) && (await bind(name))) return name;
    return false;
  };
  const claimed = await eventually(claim, 'a free lab', { timeoutMs: waitMs, everyMs: 200 });
  const problem = problemOf(pool, claimed);
  if (problem !== '') throw new Error(`the lab ${claimed} did not come up: ${problem}`);
  return claimed;
}

/** No time-out of its own: the labs are shared by all files, and the run has an end. */
const waitMs = 3_600_000;

function isUp({ folder }: LabPool, name: string): boolean {
  return existsSync(join(folder, name));
}

function problemOf({ folder }: LabPool, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** Listens on an abstract socket, which only one process can do: the kernel frees it when that process ends. */
async function bind(name: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer().unref();
    server.once('error', () => resolve(false));
    server.listen(`\0coreship-test-lab-${name}`, () => resolve(true));
  });
}
