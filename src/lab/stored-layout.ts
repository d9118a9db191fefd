import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';
import { withFileLock } from './file-lock.ts';
import { readJson, writeJson } from './files.ts';
import { checkLabName, type LabLayout, layOut } from './layout.ts';
import { usedSubnets } from './network.ts';
import { labPaths, labsFolder, layoutsLockPath } from './paths.ts';

/** The layout of a lab that was begun; undefined when there is none of that name. */
export async function readLayout(name: string): Promise<LabLayout | undefined> {
  return await readJson<LabLayout>(labPaths(checkLabName(name)).layout);
}

/** The layouts of all labs of this host. */
export async function storedLayouts(): Promise<readonly LabLayout[]> {
  const names = await readdir(labsFolder).catch(() => []);
  const layouts = await Promise.all(names.map((name) => readJson<LabLayout>(labPaths(name).layout)));
  return layouts.filter((layout) => layout !== undefined);
}

/** @throws CoreshipError `failed` when there is no lab of that name. */
export async function requireLayout(name: string): Promise<LabLayout> {
  const layout = await readLayout(name);
  if (layout !== undefined) return layout;
  throw new CoreshipError('failed', `there is no lab named ${name}`, { hint: 'coreship lab up' });
}

/** Lays out a new lab in a network of its own and stores that. */
export async function createLayout(name: string, machines: number, base: string): Promise<LabLayout> {
  return await withFileLock(layoutsLockPath, { timeoutMs: 30_000 }, async () => {
    // Labs that are not running have their subnets, too.
    const taken = (await storedLayouts()).map((layout) => layout.subnet);
    const takenSubnets = new Set([...(await usedSubnets()), ...taken]);
    const newId = (): string => randomUUID().replaceAll('-', '');
    const layout = layOut({ name, machines, base, takenSubnets, newId });
    await mkdir(labPaths(name).folder, { recursive: true });
    await writeJson(labPaths(name).layout, layout);
    return layout;
  });
}
