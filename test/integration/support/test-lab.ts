import { inject } from 'vitest';
import { type LabMachine, readLab } from '../../../src/lab/description.ts';
import { type HostResult, tryHost } from '../../../src/lab/host.ts';
import { sshWords } from '../../../src/lab/ssh.ts';

/** Name of the tests' lab, and so of their cluster. */
export const testLab = inject('labName');

/** The lab's machine of that number, from 1. */
export const machineName = (number: number): string => `${testLab}-${number}`;

/** Whether no lab can run here: the condition for `describe.skipIf`. */
export const withoutLab = inject('labMissing') !== null;

/** The lab's machines, in the order of their names. */
export async function machines(): Promise<readonly LabMachine[]> {
  return (await labDescription()).machines;
}

/** The machine of that name, such as `test-1`. */
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

/** Runs a command on a machine, whatever its status, by the system's own ssh: no part of what is tested. */
export async function tryOn(machine: LabMachine, words: readonly string[]): Promise<HostResult> {
  return await tryHost(sshWords(testLab, machine.address, words), { timeoutMs: 120_000 });
}

/** Runs a command on a machine and gives its output; fails where its status is not 0. */
export async function on(machine: LabMachine, words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tryOn(machine, words);
  if (status !== 0) throw new Error(`${machine.name}: ${words.join(' ')}: status ${status}\n${stderr}`);
  return stdout;
}

/** Runs a shell script as root on a machine, with arguments, and gives its output. */
export async function scriptOn(
  machine: LabMachine,
  script: string,
  args: readonly string[] = [],
): Promise<string> {
  return await on(machine, ['sudo', 'sh', '-euc', script, 'sh', ...args]);
}

/** Runs a shell script as root on all machines at once. */
export async function scriptOnAll(script: string, args: readonly string[] = []): Promise<readonly string[]> {
  return await Promise.all((await machines()).map((machine) => scriptOn(machine, script, args)));
}
