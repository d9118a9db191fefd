import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderServices } from '../services/render.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { readAssets } from './assets.ts';
import type { Config } from './parse-config.ts';
import { listFolder } from './read-units.ts';

/** Renders the files of services, without writing them. */
export async function renderConfig({
  services,
  registry,
}: Pick<Config, 'services' | 'registry'>): Promise<readonly RenderedFile[]> {
  return renderServices(services, registry, await readAssets());
}

/**
 * Unit files that coreship once rendered for a service that is gone: their first line still names them. A copy under
 * another name belongs to its author.
 */
export async function leftOverUnits(
  root: string,
  files: readonly RenderedFile[],
): Promise<readonly string[]> {
  const rendered = new Set(files.map(({ path }) => path));
  const found = await Promise.all(
    ['unit-templates', 'static'].map(async (folder) => {
      const names = await listFolder(join(root, folder));
      const own = await Promise.all(
        names
          .filter((name) => !rendered.has(`${folder}/${name}`))
          .map(async (name) => ((await isLeftOver(join(root, folder, name), name)) ? [name] : [])),
      );
      return own.flat().map((name) => `${folder}/${name}`);
    }),
  );
  return found.flat();
}

async function isLeftOver(path: string, name: string): Promise<boolean> {
  if (!(await lstat(path)).isFile()) return false;
  return (await readFile(path, 'utf8')).startsWith(`# ${name}: rendered by coreship from`);
}
