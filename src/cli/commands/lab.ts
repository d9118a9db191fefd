import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { CoreshipError } from '../../errors.ts';
import { readLab } from '../../lab/description.ts';
import { labDown, labUp } from '../../lab/lab.ts';
import { labCut } from '../../lab/link.ts';
import { labReboot } from '../../lab/machine-power.ts';
import { sshWords } from '../../lab/ssh.ts';
import { labStatus } from '../../lab/status.ts';
import { findProjectRoot } from '../../project/read-project.ts';
import { type Arguments, flag, word, words } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { labProgress } from '../output/lab-progress.ts';
import { table } from '../output/table.ts';
import { readServices } from '../rendered.ts';

const actions = ['up', 'down', 'status', 'ssh', 'reboot', 'cut', 'mend'] as const;

export const options = (yargs: Argv): Argv =>
  yargs
    .positional('action', { choices: actions, describe: 'What to do' })
    .positional('machine', { type: 'string', describe: 'For ssh, reboot, cut and mend: which machine' })
    .option('name', {
      type: 'string',
      default: 'lab',
      describe: 'Name of the lab; `lab: NAME` in coreship.yaml makes a cluster of it',
    })
    .option('machines', { type: 'number', describe: 'For up: how many machines, 3 by default' })
    .option('bin', {
      type: 'string',
      describe: 'For up: folder with fleetd and fleetctl (a fleet cluster too), etcd and etcdctl, or confd',
      defaultDescription: 'CORESHIP_LAB_BIN, else none',
    })
    .example('$0 lab up', 'three machines with systemd, sshd, etcd and docker, on this one')
    .example('$0 lab ssh lab-1 -- docker ps', 'run a command on one of them');

/** `coreship lab …`: the local cluster. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const name = word(args, 'name') ?? 'lab';
  const progress = labProgress(io);
  switch (args['action'] as (typeof actions)[number]) {
    case 'up': {
      const machines = typeof args['machines'] === 'number' ? { machines: args['machines'] } : {};
      const bin = word(args, 'bin') ?? io.env['CORESHIP_LAB_BIN'] ?? '';
      const fleet = bin === '' ? {} : { bin: resolve(io.cwd, bin) };
      const lab = await labUp(
        { name, ...machines, ...fleet, images: await projectImages(args, io) },
        progress,
        io.interrupt,
      );
      if (flag(args, 'json')) io.out(`${JSON.stringify({ version: 1, type: 'lab', ...lab })}\n`);
      else
        io.out(
          table([['MACHINE', 'ADDRESS'], ...lab.machines.map((machine) => [machine.name, machine.address])]),
        );
      return exitCodes.done;
    }
    case 'down':
      await labDown(name, progress);
      return exitCodes.done;
    case 'status':
      return status(name, flag(args, 'json'), io);
    case 'ssh':
      return shell(name, machineOf(args), words(args, '--'));
    case 'reboot':
      await labReboot(name, machineOf(args));
      return exitCodes.done;
    case 'cut':
    case 'mend':
      await labCut(name, machineOf(args), args['action'] === 'cut');
      return exitCodes.done;
  }
}

function machineOf(args: Arguments): string {
  const machine = word(args, 'machine');
  if (machine !== undefined) return machine;
  throw new CoreshipError('usage', `lab ${String(args['action'])} needs a machine`, {
    hint: 'coreship lab status lists them',
  });
}

async function status(name: string, json: boolean, io: Io): Promise<number> {
  const lab = await labStatus(name);
  if (json) {
    io.out(`${JSON.stringify({ version: 1, type: 'lab-status', ...lab })}\n`);
  } else {
    io.out(`${name} is ${lab.state}\n`);
    const rows = lab.machines.map((machine) => [
      machine.name,
      machine.address,
      machine.answers ? 'answers' : machine.running ? 'runs, no answer' : 'down',
    ]);
    if (rows.length > 0) io.out(table([['MACHINE', 'ADDRESS', 'STATE'], ...rows]));
  }
  return lab.state === 'up' ? exitCodes.done : exitCodes.failed;
}

async function shell(name: string, machineName: string, command: readonly string[]): Promise<number> {
  const lab = await readLab(name);
  const machine = lab?.machines.find((known) => known.name === machineName);
  if (!machine) {
    throw new CoreshipError('usage', `the lab ${name} has no machine ${machineName}`, {
      hint: lab
        ? `it has ${lab.machines.map((known) => known.name).join(', ')}`
        : 'it is not up: coreship lab up',
    });
  }
  const [program = 'ssh', ...rest] = sshWords(name, machine.address, command);
  const [code] = (await once(spawn(program, rest, { stdio: 'inherit' }), 'close')) as [number | null];
  return code ?? exitCodes.failed;
}

/** Images that the project has a build context for; none outside a project. */
async function projectImages(args: Arguments, io: Io) {
  const root = word(args, 'project') ?? (await findProjectRoot(io.cwd).catch(() => undefined));
  if (root === undefined) return [];
  const { services } = await readServices(root);
  const images = await Promise.all(
    services.map(async ({ name, image }) => {
      const context = join(root, 'images', name);
      const built = await access(join(context, 'Dockerfile')).then(
        () => true,
        () => false,
      );
      return built ? [{ name: image, context }] : [];
    }),
  );
  return images.flat();
}
