import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { CoreshipError } from '../../errors.ts';
import { readAssets } from '../../project/assets.ts';
import { CONFIG_FILE } from '../../project/read-config.ts';
import { writeFiles } from '../../project/write-files.ts';
import { type Arguments, word } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { readServices, renderConfig } from '../rendered.ts';
import { schemaText } from './schema.ts';

export const options = (yargs: Argv): Argv =>
  yargs.positional('directory', { type: 'string', default: '.', describe: 'Folder of the new project' });

/** Assets below this folder are the example's own files, copied as they are. */
const example = 'example/';

/** `coreship init`: the tutorial's project, ready to be changed. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const root = resolve(io.cwd, word(args, 'directory') ?? '.');
  const exists = await access(join(root, CONFIG_FILE)).then(
    () => true,
    () => false,
  );
  if (exists) {
    throw new CoreshipError('usage', `${join(root, CONFIG_FILE)} is there already; nothing was changed`, {
      hint: 'choose another folder: coreship init DIRECTORY',
    });
  }
  const assets = Object.entries(await readAssets()).filter(([path]) => path.startsWith(example));
  const own = await writeFiles(root, [
    ...assets.map(([path, content]) => ({ path: path.slice(example.length), content })),
    { path: 'schema.json', content: schemaText() },
  ]);
  const rendered = await writeFiles(root, await renderConfig(await readServices(root)));
  for (const path of [...own, ...rendered]) io.out(`wrote ${path}\n`);
  io.err('next: coreship lab up, then coreship scale apache 7777 8888 and coreship deploy nginx_lb\n');
  return exitCodes.done;
}
