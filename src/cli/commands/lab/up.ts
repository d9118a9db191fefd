import { resolve } from 'node:path';
import { defined } from '../../../defined.ts';
import type { LabImage } from '../../../lab/images.ts';
import { labUp } from '../../../lab/lab-up.ts';
import { imageContexts } from '../../../project/image-contexts.ts';
import { readConfigOrThrow } from '../../../project/read-config.ts';
import { findProjectRoot } from '../../../project/read-project.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Io } from '../../io.ts';
import { answer } from '../../output/answer.ts';
import { labProgress } from '../../output/lab-progress.ts';
import { table } from '../../output/table.ts';
import { labOptions } from './lab-options.ts';

/** `coreship lab up`: starts what the lab lacks. */
export const command = defineCommand({
  options: {
    ...labOptions,
    machines: {
      type: 'number',
      describe: 'How many machines, 1 to 7',
      defaultDescription: '3, or as many as the lab has',
    },
    bin: {
      type: 'string',
      describe: 'Folder with fleetd and fleetctl (for a fleet cluster), etcd and etcdctl, or confd',
      defaultDescription: 'CORESHIP_LAB_BIN, else none',
    },
  },
  examples: [['$0 lab up', 'three machines with systemd, sshd, etcd and docker, on this one']],
  run: async (args, io) => {
    const { name, machines } = args;
    const folder = args.bin ?? io.env['CORESHIP_LAB_BIN'] ?? '';
    const bin = folder === '' ? undefined : resolve(io.cwd, folder);
    const images = await projectImages(args.project, io);
    const lab = await labUp(defined({ name, machines, bin, images }), labProgress(io), io.interrupt);
    const rows = lab.machines.map((machine) => [machine.name, machine.address]);
    answer(io, args.json, 'lab', lab, table([['MACHINE', 'ADDRESS'], ...rows]));
    return exitCodes.done;
  },
});

/** Images that the project has a build context for; none outside a project. */
async function projectImages(given: string | undefined, io: Io): Promise<readonly LabImage[]> {
  const root = given ?? (await findProjectRoot(io.cwd).catch(() => undefined));
  if (root === undefined) return [];
  return await imageContexts(root, (await readConfigOrThrow(root)).services);
}
