import { readJson } from './files.ts';
import { checkLabName, type LabLayout } from './layout.ts';
import { labPaths } from './paths.ts';

/** What others need to know of a lab that is up. */
export interface LabDescription {
  readonly name: string;
  readonly machines: readonly LabMachine[];
  /** Private key that every machine accepts. */
  readonly identityFile: string;
  /** The machines' host keys. */
  readonly knownHostsFile: string;
  /** The lab's etcd as each of its machines sees it: every machine is a member. */
  readonly etcd: { readonly endpoints: readonly string[] };
}

/** How to reach a machine of a lab, and what it is. */
export interface LabMachine {
  readonly name: string;
  /** machine-id(5). */
  readonly id: string;
  readonly address: string;
  readonly user: 'core';
  readonly port: 22;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Describes a lab for others. */
export function describeLab(layout: LabLayout): LabDescription {
  const { identity, knownHosts } = labPaths(layout.name);
  return {
    name: layout.name,
    machines: layout.machines.map(({ name, id, address, metadata }) => {
      return { name, id, address, user: 'core', port: 22, metadata };
    }),
    identityFile: identity,
    knownHostsFile: knownHosts,
    etcd: { endpoints: ['http://127.0.0.1:2379'] },
  };
}

/** The description of a lab that has been brought up and not been taken down; its machines may be dead by now. */
export async function readLab(name: string): Promise<LabDescription | undefined> {
  return await readJson<LabDescription>(labPaths(checkLabName(name)).description);
}
