import { type LabMachine, readLab } from '../../../src/lab/description.ts';
import { type HostResult, tryOnHost } from '../../../src/lab/host.ts';
import { labPaths } from '../../../src/lab/paths.ts';
import { sshWords } from '../../../src/lab/ssh.ts';

/** The machines of a lab and a way to run commands on them, by the system's own ssh: no part of what is tested. */
export interface LabShell {
  readonly lab: string;
  /** The lab's machines, in the order of their names. */
  machines(): Promise<readonly LabMachine[]>;
  /** Runs a command on a machine, whatever its status. */
  tryOn(machine: LabMachine, words: readonly string[]): Promise<HostResult>;
  /** Runs a command on a machine and gives its output; fails where its status is not 0. */
  on(machine: LabMachine, words: readonly string[]): Promise<string>;
  /** Runs a shell script as root on a machine, with arguments, and gives its output. */
  scriptOn(machine: LabMachine, script: string, args?: readonly string[]): Promise<string>;
  /** Runs a shell script as root on all machines at once. */
  scriptOnAll(script: string, args?: readonly string[]): Promise<readonly string[]>;
}

/** A shell on a lab that is up. */
export function labShell(lab: string): LabShell {
  const machines: LabShell['machines'] = async () => {
    const description = await readLab(lab);
    if (!description) throw new Error(`the lab ${lab} is not up`);
    return description.machines;
  };
  const tryOn: LabShell['tryOn'] = (machine, words) =>
    tryOnHost(sshWords({ ...labPaths(lab), address: machine.address }, words), { timeoutMs: 120_000 });
  const on: LabShell['on'] = async (machine, words) => {
    const { status, stdout, stderr } = await tryOn(machine, words);
    if (status !== 0) throw new Error(`${machine.name}: ${words.join(' ')}: status ${status}\n${stderr}`);
    return stdout;
  };
  const scriptOn: LabShell['scriptOn'] = (machine, script, args = []) =>
    on(machine, ['sudo', 'sh', '-euc', script, 'sh', ...args]);
  const scriptOnAll: LabShell['scriptOnAll'] = async (script, args) =>
    await Promise.all((await machines()).map((machine) => scriptOn(machine, script, args)));
  return { lab, machines, tryOn, on, scriptOn, scriptOnAll };
}
