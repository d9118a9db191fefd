import { inject } from 'vitest';
import { type LabMachine, readLab } from '../../../src/lab/description.ts';
import { claimLab } from './lab-pool.ts';
import { labShell } from './lab-shell.ts';

/** Whether no lab can run here: the condition for `describe.skipIf`. */
export const withoutLab = inject('labMissing') !== null;

/** Name of the lab that this file's tests have to themselves, and so of their cluster. */
export const testLab = withoutLab ? '' : await claimLab(inject('labPool'));

/** A shell on the tests' lab. */
export const shell = labShell(testLab);

/** Its parts, each by its own name. */
export const { machines, tryOn, on, scriptOn, scriptOnAll } = shell;

/** The lab's machine of that number, from 1. */
export const machineName = (number: number): string => `${testLab}-${number}`;

/** The machine of that name, such as `test-a-1`. */
export async function machineNamed(name: string): Promise<LabMachine> {
  const found = (await machines()).find((machine) => machine.name === name);
  if (!found) throw new Error(`the lab has no machine ${name}`);
  return found;
}

/** What others need to know of the lab: addresses, key, host keys. */
export async function labDescription() {
  const lab = await readLab(testLab);
  if (!lab) throw new Error('the lab is not up');
  return lab;
}
