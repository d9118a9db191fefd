import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError, problemsError } from '../errors.ts';
import { renderServices } from '../services/render.ts';
import type { RenderedFile } from '../services/rendered-file.ts';
import { readAssets } from './assets.ts';
import { listFolder } from './list-folder.ts';
import type { Config } from './parse-config.ts';
import { readConfig } from './read-config.ts';

/** Renders typed services in memory. */
export async function renderConfig({
  services,
  registry,
}: Pick<Config, 'services' | 'registry'>): Promise<readonly RenderedFile[]> {
  return renderServices(services, registry, await readAssets());
}

/**
 * Reads coreship.yaml without the project's unit files: before the first render, links still dangle.
 * @throws CoreshipError `config` with every problem
 */
export async function readConfigOrThrow(root: string): Promise<Config> {
  const { config, problems } = await readConfig(root);
  const error = problemsError(problems);
  if (error) throw error;
  if (!config) throw new CoreshipError('bug', 'coreship.yaml was rejected without a problem');
  return config;
}

/**
 * Unit files that coreship once rendered and that no service renders any more: their first line still names them. A
 * copy under another name belongs to its author.
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
