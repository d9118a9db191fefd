import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './repository.ts';

/** A copy of the repository's project, to be changed at will. */
export interface TestProject {
  readonly root: string;
  /** Removes the copy. */
  remove(): Promise<void>;
}

/** Copies what makes the repository a project, with the instances 7777 and 8888, whatever it has been scaled to. */
export async function copyProject(): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), 'coreship-integration-'));
  for (const part of ['coreship.yaml', 'unit-templates', 'static', 'images']) {
    await cp(join(repository, part), join(root, part), { recursive: true });
  }
  await mkdir(join(root, 'instances'));
  for (const unit of ['apache', 'apache-discovery'])
    for (const port of [7777, 8888])
      await symlink(`../unit-templates/${unit}@.service`, join(root, `instances/${unit}@${port}.service`));
  return { root, remove: () => rm(root, { recursive: true }) };
}

/** Replaces a piece of a file, which must be there. */
export async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const edited = text.replace(from, () => to);
  if (edited === text) throw new Error(`${file} does not have this: ${String(from)}`);
  await writeFile(file, edited);
}

/** Every file and link of a project with its content or target, to see that nothing was changed. */
export async function projectFiles(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) return [path, `-> ${await readlink(path)}`] as const;
      return [path, entry.isFile() ? await readFile(path, 'base64') : ''] as const;
    }),
  );
  return Object.fromEntries(found);
}
