import { resolve } from 'node:path';
import { CoreshipError } from '../../errors.ts';
import { readAssets } from '../../project/assets.ts';
import { schemaText } from '../../project/json-schema.ts';
import { parseConfig } from '../../project/parse-config.ts';
import { CONFIG_FILE } from '../../project/read-config.ts';
import { renderConfig } from '../../project/render-project.ts';
import { type StaleFile, staleFiles } from '../../project/stale-files.ts';
import { writeFiles } from '../../project/write-files.ts';
import type { RenderedFile } from '../../services/rendered-file.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { answer } from '../output/answer.ts';

/** `coreship init`: starts a project with the tutorial's example. Overwrites no file. */
export const command = defineCommand({
  positionals: { directory: { default: '.', describe: 'Folder of the new project' } },
  run: async (args, io) => {
    const root = resolve(io.cwd, args.directory);
    const stale = await staleFiles(root, await exampleFiles(root));
    refuseExisting(root, stale);
    const files = await writeFiles(root, stale);
    answer(io, args.json, 'init', { root, files }, files.map((path) => `wrote ${path}\n`).join(''));
    io.err('next: coreship lab up, then coreship scale apache 7777 8888 and coreship deploy nginx_lb\n');
    return exitCodes.done;
  },
});

/** Assets below this folder are the example's own files, copied as they are. */
const example = 'example/';

/** The example's own files, and what its services render to. */
async function exampleFiles(root: string): Promise<readonly RenderedFile[]> {
  const assets = await readAssets();
  const own = Object.entries(assets)
    .filter(([path]) => path.startsWith(example))
    .map(([path, content]) => ({ path: path.slice(example.length), content }));
  const { config } = parseConfig(assets[`${example}${CONFIG_FILE}`] ?? '', CONFIG_FILE, root);
  if (!config) throw new CoreshipError('bug', 'the example in the package is not valid');
  return [...own, { path: 'schema.json', content: schemaText() }, ...(await renderConfig(config))];
}

function refuseExisting(root: string, stale: readonly StaleFile[]): void {
  const paths = stale.filter(({ state }) => state === 'different').map(({ path }) => path);
  if (paths.length === 0) return;
  throw new CoreshipError('usage', `${root} already has files with these names; nothing was changed`, {
    details: paths,
    hint: 'choose another folder: coreship init DIRECTORY',
  });
}
