import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError, problemsError } from '../errors.ts';
import { readAssets } from '../project/assets.ts';
import { listFolder } from '../project/list-folder.ts';
import type { Config } from '../project/parse-config.ts';
import { readConfig } from '../project/read-config.ts';
import { renderServices } from '../services/render.ts';
import type { RenderedFile } from '../services/rendered-file.ts';

/** Renders typed services in memory. */
export async function renderConfig({
  services,
  registry,
}: Pick<Config, 'services' | 'registry'>): Promise<readonly RenderedFile[]> {
  return renderServices(services, registry, await readAssets());
}

/** The project's typed services, read without its unit files: before the first render links lead nowhere yet. */
export async function readServices(root: string): Promise<Config> {
  const { config, problems } = await readConfig(root);
  const error = problemsError(problems);
  if (error) throw error;
  if (!config) throw new CoreshipError('bug', 'coreship.yaml has neither a meaning nor a problem');
  return config;
}

/** Unit files that coreship once rendered and that no service stands behind any more. */
export async function leftOverUnits(
  root: string,
  files: readonly RenderedFile[],
): Promise<readonly string[]> {
  const rendered = new Set(files.map(({ path }) => path));
  const found = await Promise.all(
    ['unit-templates', 'static'].map(async (folder) => {
      const names = await listFolder(join(root, folder));
      return names.map((name) => `${folder}/${name}`);
    }),
  );
  const others = found.flat().filter((path) => !rendered.has(path));
  const heads = await Promise.all(
    others.map(async (path) => (await readFile(join(root, path), 'utf8')).split('\n', 1)[0] ?? ''),
  );
  return others.filter((_, index) => heads[index]?.includes(': rendered by coreship from'));
}
