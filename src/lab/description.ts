import { readJson } from './files.ts';
import type { Lab } from './lab.ts';
import { checkLabName } from './layout.ts';
import { labPaths } from './paths.ts';

/** What others need to know about a lab that is up. */
export interface LabDescription {
  readonly name: string;
  readonly machines: readonly LabMachine[];
  /** Private key that every machine accepts. */
  readonly identityFile: string;
  /** The machines' host keys. */
  readonly knownHostsFile: string;
  /** The lab's etcd as each of its machines reaches it: every machine is a member. */
  readonly etcd: { readonly endpoints: readonly string[] };
}

/** What a machine of a lab is, and how to reach it. */
export interface LabMachine {
  readonly name: string;
  /** machine-id(5). */
  readonly id: string;
  readonly address: string;
  readonly user: 'core';
  readonly port: 22;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Describes a lab to others. */
export function describeLab({ name, machines, paths }: Lab): LabDescription {
  return {
    name,
    machines: machines.map((machine) => {
      const { id, address, metadata } = machine;
      return { name: machine.name, id, address, user: 'core', port: 22, metadata };
    }),
    identityFile: paths.identityFile,
    knownHostsFile: paths.knownHostsFile,
    etcd: { endpoints: ['http://127.0.0.1:2379'] },
  };
}

/**
 * The description of a lab that was brought up and not taken down. Its machines may have stopped since.
 *
 * @throws CoreshipError `usage` for a bad name.
 */
export async function readLab(name: string): Promise<LabDescription | undefined> {
  return await readJson<LabDescription>(labPaths(checkLabName(name)).description);
}
