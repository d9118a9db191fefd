import type { Machine, PlacementRules } from '../placement/rules.ts';
import type { UnitState } from './unit-state.ts';

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

/** A unit that has a desired unit's name and is not coreship's. */
export interface ForeignUnit {
  readonly name: string;
  readonly machine: string;
  readonly file: string;
}

/** A unit of the project that the cluster knows and runs on no machine. */
export interface UnplacedUnit {
  readonly name: string;
  readonly text: string;
  /** Whether it would run if it had a machine. */
  readonly shouldRun: boolean;
  /** What speaks against each machine; empty where the cluster has not placed it yet. */
  readonly reasons: readonly string[];
}

/** A unit of another project; placement rules must respect it. */
export interface NeighbourUnit {
  readonly name: string;
  readonly machine: string;
  readonly rules: PlacementRules;
}

/** What was observed of a cluster, as plain data. */
export interface Observation {
  readonly machines: readonly ObservedMachine[];
  readonly units: readonly ObservedUnit[];
  readonly foreign: readonly ForeignUnit[];
  /** Machines that did not answer, each with the reason. */
  readonly unreachable: readonly { readonly name: string; readonly reason: string; readonly hint?: string }[];
  readonly unplaced: readonly UnplacedUnit[];
  readonly neighbours: readonly NeighbourUnit[];
  /** Who chooses machines. Where the cluster does, the machines in a plan are a prediction. */
  readonly scheduler: 'coreship' | 'cluster';
}
