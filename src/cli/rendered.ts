import { CoreshipError, problemsError } from '../errors.ts';
import { readAssets } from '../project/assets.ts';
import type { Config } from '../project/parse-config.ts';
import { readConfig } from '../project/read-config.ts';
import { readUnits } from '../project/read-units.ts';
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
  const folders = await Promise.all([readUnits(root, 'unit-templates'), readUnits(root, 'static')]);
  return folders
    .flatMap(({ units }) => units)
    .filter(
      ({ path, text }) =>
        !rendered.has(path) && text.split('\n', 1)[0]?.includes(': rendered by coreship from'),
    )
    .map(({ path }) => path);
}
