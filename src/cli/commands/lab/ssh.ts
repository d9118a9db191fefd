import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findMachine } from '../../../lab/find-machine.ts';
import { loginOf, sshWords } from '../../../lab/ssh.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { labOptions, machinePositional } from './lab-options.ts';

/** `coreship lab ssh`: the system's ssh in this terminal. Its exit code is that of the command. */
export const command = defineCommand({
  options: labOptions,
  positionals: { ...machinePositional, command: { array: true, describe: 'Command to run, after `--`' } },
  examples: [
    ['$0 lab ssh lab-1', 'open a shell on lab-1'],
    ['$0 lab ssh lab-1 -- docker ps', 'run a command on lab-1'],
  ],
  run: async ({ name, machine, command: words }) => {
    const [program = 'ssh', ...rest] = sshWords(loginOf(await findMachine(name, machine)), words);
    const [code] = (await once(spawn(program, rest, { stdio: 'inherit' }), 'close')) as [number | null];
    return code ?? exitCodes.failed;
  },
});
