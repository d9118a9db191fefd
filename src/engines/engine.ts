import type { Problem } from '../errors.ts';
import type { Observation } from '../plan/observation.ts';
import type { UnitState } from '../plan/unit-state.ts';
import type { UnitText } from '../services/unit-groups.ts';

/**
 * What a cluster can do. Plans and rollouts know only this.
 * Machines are named by their id, units by their file name; every call is bounded in time and
 * fails with a CoreshipError that names machine and unit.
 */
export interface Engine {
  /** Looks at all machines at once: what of this project's lies there, and what lies in the way of `wanted`. */
  observe(desired: readonly string[], signal?: AbortSignal): Promise<Observation>;
  /** Puts unit files on a machine, whole or not at all, and makes the machine know them. Starts nothing. */
  install(machine: string, units: readonly UnitText[]): Promise<void>;
  /** Asks for units to be started and does not wait until they are. */
  start(machine: string, units: readonly string[]): Promise<void>;
  /** Stops units and resolves once they have stopped. */
  stop(machine: string, units: readonly string[]): Promise<void>;
  /** Removes stopped units' files. */
  remove(machine: string, units: readonly string[]): Promise<void>;
  /** The present states of units of one machine. */
  states(machine: string, units: readonly string[]): Promise<readonly UnitState[]>;
  /** The last lines of a unit's journal, oldest first. */
  journal(machine: string, unit: string, lines: number): Promise<readonly string[]>;
  /** Runs a program on a machine as root and returns its output; fails where its status is not 0. */
  run(machine: string, words: readonly string[]): Promise<string>;
  /**
   * Where the cluster itself chooses machines: waits until it has one for these units, which belong together and were
   * started, and resolves with it; nothing for units that run on all. The machine in a plan is a forecast then.
   */
  readonly awaitPlacement?: (units: readonly string[]) => Promise<string | undefined>;
  /** How many instances may come or go at a time where nothing that runs is replaced. Default 1. */
  readonly maxParallelChanges?: number;
  /** A unit's text as the cluster keeps it, where that is not byte for byte. */
  readonly toStoredForm?: (unit: UnitText) => string;
  /** What the cluster would take and read otherwise than it looks, as errors. */
  readonly lint?: (unit: UnitText) => readonly Problem[];
}
