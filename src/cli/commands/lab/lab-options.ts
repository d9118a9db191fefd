import type { Argv } from 'yargs';
import { type Arguments, word } from '../../command.ts';

/** Adds `--name`, which every lab command takes. */
export function nameOption(yargs: Argv): Argv {
  return yargs.option('name', {
    type: 'string',
    default: 'lab',
    describe: 'Name of the lab; `lab: NAME` in coreship.yaml makes a cluster of it',
  });
}

/** Adds `--name` and describes the positional `machine`. */
export function machineOptions(yargs: Argv): Argv {
  return nameOption(yargs).positional('machine', {
    type: 'string',
    describe: 'Name of the machine, such as lab-1; `coreship lab status` lists them',
  });
}

/** The lab's name and the machine's. */
export function labAndMachine(args: Arguments): { readonly name: string; readonly machine: string } {
  return { name: labName(args), machine: word(args, 'machine') ?? '' };
}

/** The lab's name. */
export function labName(args: Arguments): string {
  return word(args, 'name') ?? 'lab';
}
