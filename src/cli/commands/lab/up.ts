import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { defined } from '../../../defined.ts';
import type { LabImage } from '../../../lab/images.ts';
import { labUp } from '../../../lab/lab-up.ts';
import { imageContexts } from '../../../project/image-contexts.ts';
import { findProjectRoot } from '../../../project/read-project.ts';
import { type Arguments, flag, word } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Io } from '../../io.ts';
import { labProgress } from '../../output/lab-progress.ts';
import { table } from '../../output/table.ts';
import { readServices } from '../../rendered.ts';
import { labName, nameOption } from './lab-options.ts';

export const options = (yargs: Argv): Argv =>
  nameOption(yargs)
    .option('machines', {
      type: 'number',
      describe: 'How many machines, 1 to 7',
      defaultDescription: '3, or as many as the lab has',
    })
    .option('bin', {
      type: 'string',
      describe: 'Folder with fleetd and fleetctl (for a fleet cluster), etcd and etcdctl, or confd',
      defaultDescription: 'CORESHIP_LAB_BIN, else none',
    })
    .example('$0 lab up', 'three machines with systemd, sshd, etcd and docker, on this one');

/** `coreship lab up`. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const bin = word(args, 'bin') ?? io.env['CORESHIP_LAB_BIN'] ?? '';
  const lab = await labUp(
    defined({
      name: labName(args),
      machines: typeof args['machines'] === 'number' ? args['machines'] : undefined,
      bin: bin === '' ? undefined : resolve(io.cwd, bin),
      images: await projectImages(args, io),
    }),
    labProgress(io),
    io.interrupt,
  );
  if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'lab', ...lab })}\n`);
  else io.out(table([['MACHINE', 'ADDRESS'], ...lab.machines.map(({ name, address }) => [name, address])]));
  return exitCodes.done;
}

/** Images that the project has a build context for; none outside a project. */
async function projectImages(args: Arguments, io: Io): Promise<readonly LabImage[]> {
  const root = word(args, 'project') ?? (await findProjectRoot(io.cwd).catch(() => undefined));
  if (root === undefined) return [];
  return await imageContexts(root, (await readServices(root)).services);
}
