import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { withFileLock } from './file-lock.ts';
import { readJson, writeJson } from './files.ts';
import { type LabLayout, layOut } from './layout.ts';
import { usedSubnets } from './network.ts';
import { labPaths, labsFolder, layoutsLockPath } from './paths.ts';

/** The layout of the lab with that name, which must be a valid one; undefined when there is no such lab. */
export async function readLayout(lab: string): Promise<LabLayout | undefined> {
  return await readJson<LabLayout>(labPaths(lab).layout);
}

/** The layouts of all labs on this host. */
export async function storedLayouts(): Promise<readonly LabLayout[]> {
  const names = await readdir(labsFolder).catch(() => []);
  const layouts = await Promise.all(names.map(readLayout));
  return layouts.filter((layout) => layout !== undefined);
}

/** Lays out a new lab in a network that nothing else uses, and stores the layout. */
export async function createLayout(name: string, machines: number, base: string): Promise<LabLayout> {
  return await withFileLock(layoutsLockPath, { timeoutMs: 30_000 }, async () => {
    // Labs that do not run keep their subnets, too.
    const taken = (await storedLayouts()).map(({ subnet }) => subnet);
    const takenSubnets = new Set([...(await usedSubnets()), ...taken]);
    const newId = (): string => randomUUID().replaceAll('-', '');
    const layout = layOut({ name, machines, base, takenSubnets, newId });
    const paths = labPaths(name);
    await mkdir(paths.folder, { recursive: true });
    await writeJson(paths.layout, layout);
    return layout;
  });
}
