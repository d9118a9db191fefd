import type { Machine } from '../placement/machine.ts';

/** What systemd says of a unit; the words are those of systemctl(1) `show`. */
export interface UnitState {
  readonly name: string;
  /** `active`, `inactive`, `activating`, `deactivating`, `failed`, `reloading`, `maintenance`. */
  readonly active: string;
  readonly sub: string;
  /** How the last run ended: `success`, `exit-code`, `timeout` and so on. */
  readonly result: string;
  readonly mainPid: number;
  /** Automatic restarts since the unit was last started by hand. */
  readonly restarts: number;
  /** Whether a job is queued for it: a start that waits for others, or a stop. */
  readonly queued: boolean;
  /** True where systemd runs an older text than the file's. */
  readonly reloadNeeded: boolean;
}

/** A unit of the project on a machine. */
export interface ObservedUnit extends UnitState {
  readonly machine: string;
  /** The file's text; absent where the file is gone. */
  readonly text?: string;
}

/** A machine that answered. */
export interface ObservedMachine extends Machine {
  readonly name: string;
  readonly addresses: { readonly private?: string; readonly public?: string };
}

/** A unit under a wanted name that is not coreship's. */
export interface ForeignUnit {
  readonly name: string;
  readonly machine: string;
  readonly file: string;
}

/** What was seen of a cluster, as plain data. */
export interface Observation {
  readonly machines: readonly ObservedMachine[];
  readonly units: readonly ObservedUnit[];
  readonly foreign: readonly ForeignUnit[];
  /** Machines that did not answer, each with the reason. */
  readonly unreachable: readonly { readonly name: string; readonly reason: string; readonly hint?: string }[];
}
