import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InotifyPaths, raiseInotifyLimit, restoreInotifyLimit } from '../../src/lab/inotify-limit.ts';

let folder: string;
let paths: InotifyPaths;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coreship-inotify-'));
  paths = { limit: join(folder, 'limit'), before: join(folder, 'before'), labs: join(folder, 'labs') };
  await writeFile(paths.limit, '128\n');
});
afterEach(() => rm(folder, { recursive: true }));

const limit = async (): Promise<number> => Number(await readFile(paths.limit, 'utf8'));

describe('the limit of inotify instances', () => {
  it('is raised, and restored after the last lab', async () => {
    await mkdir(join(paths.labs, 'dev'), { recursive: true });
    await raiseInotifyLimit(paths);
    await raiseInotifyLimit(paths);
    await restoreInotifyLimit(paths);
    expect(await limit()).toBe(1024);
    await rm(join(paths.labs, 'dev'), { recursive: true });
    await restoreInotifyLimit(paths);
    expect(await limit()).toBe(128);
  });

  it('stays where it is high enough', async () => {
    await writeFile(paths.limit, '8192\n');
    await raiseInotifyLimit(paths);
    await restoreInotifyLimit(paths);
    expect(await limit()).toBe(8192);
  });

  it('stays at a value that somebody else has set meanwhile', async () => {
    await raiseInotifyLimit(paths);
    await writeFile(paths.limit, '2048\n');
    await restoreInotifyLimit(paths);
    await writeFile(paths.limit, '1024\n');
    await restoreInotifyLimit(paths);
    expect(await limit()).toBe(1024);
  });
});
