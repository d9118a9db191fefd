import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Argv } from 'yargs';
import { CoreshipError } from '../../../errors.ts';
import { readLab } from '../../../lab/description.ts';
import { sshWords } from '../../../lab/ssh.ts';
import { type Arguments, words } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { labAndMachine, machineOptions } from './lab-options.ts';

export const options = (yargs: Argv): Argv =>
  machineOptions(yargs)
    .positional('command', { type: 'string', array: true, describe: 'Command to run, after `--`' })
    .example('$0 lab ssh lab-1', 'a shell on lab-1')
    .example('$0 lab ssh lab-1 -- docker ps', 'a command on lab-1');

/** `coreship lab ssh`: the system's ssh on this terminal; its exit code is the command's. */
export async function run(args: Arguments): Promise<number> {
  const { name, machine: wanted } = labAndMachine(args);
  const lab = await readLab(name);
  const machine = lab?.machines.find((known) => known.name === wanted);
  if (!machine) {
    throw new CoreshipError('usage', `the lab ${name} has no machine ${wanted}`, {
      hint: lab
        ? `it has ${lab.machines.map((known) => known.name).join(', ')}`
        : 'it is not up: coreship lab up',
    });
  }
  const command = [...words(args, 'command'), ...words(args, '--')];
  const [program = 'ssh', ...rest] = sshWords(name, machine.address, command);
  const [code] = (await once(spawn(program, rest, { stdio: 'inherit' }), 'close')) as [number | null];
  return code ?? exitCodes.failed;
}
