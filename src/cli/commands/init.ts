import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { CoreshipError } from '../../errors.ts';
import { readAssets } from '../../project/assets.ts';
import { parseConfig } from '../../project/parse-config.ts';
import { CONFIG_FILE } from '../../project/read-config.ts';
import { staleFiles } from '../../project/stale-files.ts';
import { writeFiles } from '../../project/write-files.ts';
import type { RenderedFile } from '../../services/rendered-file.ts';
import { type Arguments, flag, word } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderConfig } from '../rendered.ts';
import { schemaText } from './schema.ts';

export const options = (yargs: Argv): Argv =>
  yargs.positional('directory', { type: 'string', default: '.', describe: 'Folder of the new project' });

/** Assets below this folder are the example's own files, copied as they are. */
const example = 'example/';

/** `coreship init`: the tutorial's project, ready to be changed. Nothing that is there already is overwritten. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const root = resolve(io.cwd, word(args, 'directory') ?? '.');
  const files = await exampleFiles(root);
  await refuseWhatIsThere(root, files);
  const written = await writeFiles(root, files);
  if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'init', root, files: written })}\n`);
  else for (const path of written) io.out(`wrote ${path}\n`);
  io.err('next: coreship lab up, then coreship scale apache 7777 8888 and coreship deploy nginx_lb\n');
  return exitCodes.done;
}

/** The example as files: its own ones, and what its services render to. */
async function exampleFiles(root: string): Promise<readonly RenderedFile[]> {
  const assets = await readAssets();
  const own = Object.entries(assets)
    .filter(([path]) => path.startsWith(example))
    .map(([path, content]) => ({ path: path.slice(example.length), content }));
  const { config } = parseConfig(assets[`${example}${CONFIG_FILE}`] ?? '', CONFIG_FILE, root);
  if (!config) throw new CoreshipError('bug', 'the example in the package is not valid');
  return [...own, { path: 'schema.json', content: schemaText() }, ...(await renderConfig(config))];
}

async function refuseWhatIsThere(root: string, files: readonly RenderedFile[]): Promise<void> {
  const there = (await staleFiles(root, files)).filter(({ state }) => state === 'different');
  const paths = there.map(({ path }) => path);
  if (paths.length === 0) return;
  throw new CoreshipError('usage', `${root} has files of these names already; nothing was changed`, {
    details: paths,
    hint: 'choose another folder: coreship init DIRECTORY',
  });
}
