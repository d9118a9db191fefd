import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Argv } from 'yargs';
import { findMachine } from '../../../lab/find-machine.ts';
import { loginOf, sshWords } from '../../../lab/ssh.ts';
import { type Arguments, words } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { labAndMachine, machineOptions } from './lab-options.ts';

export const options = (yargs: Argv): Argv =>
  machineOptions(yargs)
    .positional('command', { type: 'string', array: true, describe: 'Command to run, after `--`' })
    .example('$0 lab ssh lab-1', 'a shell on lab-1')
    .example('$0 lab ssh lab-1 -- docker ps', 'a command on lab-1');

/** `coreship lab ssh`: the system's ssh in this terminal. Its exit code is that of the command. */
export async function run(args: Arguments): Promise<number> {
  const { name, machine } = labAndMachine(args);
  const command = [...words(args, 'command'), ...words(args, '--')];
  const [program = 'ssh', ...rest] = sshWords(loginOf(await findMachine(name, machine)), command);
  const [code] = (await once(spawn(program, rest, { stdio: 'inherit' }), 'close')) as [number | null];
  return code ?? exitCodes.failed;
}
