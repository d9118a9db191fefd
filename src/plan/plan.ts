import type { RegistrationEntry } from '../services/registration.ts';
import type { UnitText } from '../services/unit-groups.ts';
import { type ChangeAction, changeActions } from './change-actions.ts';

/** What a command will do and why, as plain data: printable, comparable, JSON. */
export interface Plan {
  readonly version: 1;
  /** In the order in which they are carried out. */
  readonly changes: readonly Change[];
  /** Main units that already are as desired. */
  readonly unchanged: readonly string[];
}

/** What happens to one instance: its main unit and sidekicks together. */
export interface Change {
  readonly action: ChangeAction;
  readonly service: string;
  /** Name of the main unit. */
  readonly unit: string;
  readonly machine: MachineRef;
  /** Where a moved instance comes from. */
  readonly from?: MachineRef;
  readonly reason: string;
  readonly files: readonly FileChange[];
  readonly steps: readonly Step[];
}

/** A machine's id, with its name for people. */
export interface MachineRef {
  readonly id: string;
  readonly name: string;
}

/** What happens to one unit file, with the unified diff from the machine's text to the project's. */
export interface FileChange {
  readonly unit: string;
  readonly action: 'add' | 'change' | 'remove';
  readonly diff: string;
}

/** A load balancer that must agree before an instance counts as served, or as no longer served. */
export interface BalancerRef {
  readonly unit: string;
  readonly machine: MachineRef;
  readonly runtime: string;
  readonly container: string;
}

/** One thing that is done or waited for, and why. */
export type Step = StepBody & { readonly reason: string };

type StepBody =
  | { readonly kind: 'install'; readonly machine: MachineRef; readonly units: readonly UnitText[] }
  | {
      readonly kind: 'start' | 'stop' | 'remove';
      readonly machine: MachineRef;
      readonly units: readonly string[];
    }
  | {
      readonly kind: 'wait-active';
      readonly machine: MachineRef;
      readonly units: readonly string[];
      readonly timeoutSeconds: number;
    }
  | {
      readonly kind: 'wait-registered';
      readonly entry: RegistrationEntry;
      readonly machine: MachineRef;
      /** The instance's units, main unit first: the journals of its sidekicks say why it is not registered. */
      readonly units: readonly string[];
    }
  | { readonly kind: 'wait-unregistered'; readonly entry: RegistrationEntry }
  | {
      readonly kind: 'wait-served' | 'wait-unserved';
      readonly entry: RegistrationEntry;
      readonly balancers: readonly BalancerRef[];
    }
  | { readonly kind: 'wait-answering'; readonly balancer: BalancerRef }
  | { readonly kind: 'drain'; readonly seconds: number };

/** Whether a plan stops, replaces or moves something that runs, so that a person has to agree. */
export function disturbs(plan: Plan): boolean {
  return plan.changes.some(({ action }) => changeActions[action].disturbs);
}
