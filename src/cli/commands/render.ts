import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { unifiedDiff } from '../../plan/unified-diff.ts';
import { staleFiles } from '../../project/stale-files.ts';
import { writeFiles } from '../../project/write-files.ts';
import { type Arguments, flag } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { projectRoot } from '../open-project.ts';
import { diffLine } from '../output/plan-text.ts';
import { leftOverUnits, readServices, renderConfig } from '../rendered.ts';

export const options = (yargs: Argv): Argv =>
  yargs.option('check', {
    type: 'boolean',
    describe: 'Write nothing; end with 1 and the diff where files are stale',
  });

/** `coreship render`: typed services to files, for review in git. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const root = await projectRoot(args, io);
  const files = await renderConfig(await readServices(root));
  const [stale, leftOver] = await Promise.all([staleFiles(root, files), leftOverUnits(root, files)]);
  const json = flag(args, 'json');
  const answer = [
    ...stale.map(({ path, state, current, wanted }) => ({
      path,
      state: state as string,
      diff: unifiedDiff(current ?? '', wanted, {
        from: `${path} on disk`,
        to: `${path} as coreship.yaml says`,
      }),
    })),
    ...leftOver.map((path) => ({ path, state: 'left over', diff: '' })),
  ];
  if (!flag(args, 'check')) {
    const changed = new Set(stale.map(({ path }) => path));
    await writeFiles(
      root,
      files.filter(({ path }) => changed.has(path)),
    );
    await Promise.all(leftOver.map((path) => rm(join(root, path))));
  }
  if (json) {
    const shown = answer.map(({ path, state, diff }) => ({ path, state, diff }));
    io.out(`${JSON.stringify({ version: 1, type: 'render', files: files.length, stale: shown })}\n`);
  } else if (flag(args, 'check')) {
    for (const { path, state, diff } of answer) {
      io.out(`${path}: ${state}\n`);
      for (const line of diff.split('\n')) if (line !== '') io.out(`${diffLine(line, io.paintOut)}\n`);
    }
  } else {
    for (const { path, state } of answer) io.out(`${state === 'left over' ? 'removed' : 'wrote'} ${path}\n`);
    if (answer.length === 0) io.out(`nothing to do: ${files.length} files are as coreship.yaml says\n`);
  }
  return flag(args, 'check') && answer.length > 0 ? exitCodes.failed : exitCodes.done;
}
