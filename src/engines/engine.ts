import type { Problem } from '../errors.ts';
import type { Observation } from '../plan/observation.ts';
import type { UnitState } from '../plan/unit-state.ts';
import type { UnitText } from '../services/unit-groups.ts';

/**
 * What a cluster can do. Plans and rollouts know only this.
 * Machines are named by their id, units by their file name. Every call is bounded in time and fails with a
 * CoreshipError that names machine and unit.
 */
export interface Engine {
  /** Observes all machines at once: the project's units, and what blocks the names in `desired`. */
  observe(desired: readonly string[], signal?: AbortSignal): Promise<Observation>;
  /** Writes unit files on a machine, all or none, and makes the machine load them. Starts nothing. */
  install(machine: string, units: readonly UnitText[]): Promise<void>;
  /** Asks for units to be started and does not wait until they are. */
  start(machine: string, units: readonly string[]): Promise<void>;
  /** Stops units and resolves once they have stopped. */
  stop(machine: string, units: readonly string[]): Promise<void>;
  /** Removes the files of stopped units. */
  remove(machine: string, units: readonly string[]): Promise<void>;
  /** The present states of units of one machine. */
  states(machine: string, units: readonly string[]): Promise<readonly UnitState[]>;
  /** The last lines of a unit's journal, oldest first. */
  journal(machine: string, unit: string, lines: number): Promise<readonly string[]>;
  /** Runs a program on a machine as root and returns its output; fails where its status is not 0. */
  run(machine: string, words: readonly string[]): Promise<string>;
  /**
   * Waits until started units that belong together have a machine, and resolves with its id. Undefined where the plan's
   * machine stands: the cluster does not choose, or the units run on all machines.
   */
  awaitPlacement(units: readonly string[]): Promise<string | undefined>;
  /** How many instances of a service may be created, or removed, at the same time. */
  readonly maxParallelChanges: number;
  /** A unit's text in the form the cluster stores, which is what `observe` returns. */
  toStoredForm(unit: UnitText): string;
  /** What the cluster would accept and misread, as errors. */
  lint(unit: UnitText): readonly Problem[];
}
