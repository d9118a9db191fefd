import type { Machine } from '../placement/machine.ts';
import type { PlacementRules } from '../placement/rules.ts';

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

/** A unit of the project that the cluster keeps and has given no machine. */
export interface UnplacedUnit {
  readonly name: string;
  readonly text: string;
  /** Whether it would run if it had a machine. */
  readonly shouldRun: boolean;
  /** What speaks against each machine; empty where the cluster has only not come to it yet. */
  readonly reasons: readonly string[];
}

/** A unit of somebody else's that counts where machines are chosen. */
export interface NeighbourUnit {
  readonly name: string;
  readonly machine: string;
  readonly rules: PlacementRules;
}

/** What was seen of a cluster, as plain data. */
export interface Observation {
  readonly machines: readonly ObservedMachine[];
  readonly units: readonly ObservedUnit[];
  readonly foreign: readonly ForeignUnit[];
  /** Machines that did not answer, each with the reason. */
  readonly unreachable: readonly { readonly name: string; readonly reason: string; readonly hint?: string }[];
  readonly unplaced?: readonly UnplacedUnit[];
  readonly neighbours?: readonly NeighbourUnit[];
  /** Whether the cluster itself chooses machines, so that those in a plan are a forecast. Default false. */
  readonly forecast?: boolean;
}
