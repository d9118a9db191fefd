import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfigOrThrow } from '../../project/read-config.ts';
import { leftOverUnits, renderConfig } from '../../project/render-project.ts';
import { staleFiles } from '../../project/stale-files.ts';
import { writeFiles } from '../../project/write-files.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectRoot } from '../open-project.ts';
import { answer } from '../output/answer.ts';
import { checkText, renderRows, renderText } from '../output/render-text.ts';

/** `coreship render`: typed services to files, for review in git. */
export const command = defineCommand({
  options: {
    check: {
      type: 'boolean',
      describe: 'Write nothing; print the diff and exit with 1 where files are stale',
    },
  },
  run: async (args, io) => {
    const root = await projectRoot(args, io);
    const files = await renderConfig(await readConfigOrThrow(root));
    const [stale, leftOver] = await Promise.all([staleFiles(root, files), leftOverUnits(root, files)]);
    if (!args.check) {
      await writeFiles(root, stale);
      await Promise.all(leftOver.map((path) => rm(join(root, path))));
    }
    const rows = renderRows(stale, leftOver);
    const text = args.check ? checkText(rows, io.paintOut) : renderText(rows, files.length);
    answer(io, args.json, 'render', { files: files.length, stale: rows }, text);
    return args.check && rows.length > 0 ? exitCodes.failed : exitCodes.done;
  },
});
