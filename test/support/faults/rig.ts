import type { LabMachine } from '../../../src/lab/description.ts';
import type { LabShell } from '../lab/lab-shell.ts';
import type { Chain } from './chain.ts';

/** A deployed chain, and where its parts run just now. */
export interface Rig {
  readonly shell: LabShell;
  readonly chain: Chain;
  /** Where the instance runs that faults happen to. */
  readonly victim: Backend;
  /** Where the other instance runs. */
  readonly other: Backend;
  /** Machine of the load balancer. */
  readonly balancer: LabMachine;
}

/** An instance of apache. */
export interface Backend {
  readonly machine: LabMachine;
  /** As it is in the load balancer's list: `ip:port`. */
  readonly value: string;
  /** The instance's name: its port. */
  readonly instance: string;
}

/** Whether a list holds both instances and nothing else. */
export function isWhole(list: readonly string[], { victim, other }: Rig): boolean {
  return list.length === 2 && list.includes(victim.value) && list.includes(other.value);
}
