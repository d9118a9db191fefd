import type { Clock } from '../../clock.ts';
import type { ObservedUnit } from '../../plan/observation.ts';
import { type ActiveState, isStopped, type UnitState } from '../../plan/unit-state.ts';

/** Refines published states by what was seen before: fleet publishes them late, and counts no restarts. */
export interface StateTracker {
  /** Records that a start of these units was requested, expected on this machine. */
  started(machine: string, units: readonly string[]): void;
  /** Records that these units were stopped. */
  stopped(machine: string, units: readonly string[]): void;
  /** Records a published state and refines it. A `global` unit has one on each machine, and never moves. */
  refine(state: ObservedUnit, global: boolean): UnitState;
}

/** Milliseconds for an agent to carry out a start and to publish that: two of its rounds. */
const graceMs = 10_000;
/** Milliseconds that a unit must stay active after a start: fleet publishes once a second, and a program may die at once. */
const provenMs = 1_200;

/** Makes a tracker that has seen nothing yet. */
export function trackStates(clock: Clock): StateTracker {
  /** When the last start was requested, while its outcome has not been published. */
  const starts = new Map<string, number>();
  const sightings = new Map<string, Sighting>();
  return {
    started: (machine, units) => {
      for (const key of keysOf(machine, units)) starts.set(key, clock.now());
    },
    stopped: (machine, units) => {
      for (const key of keysOf(machine, units)) starts.delete(key);
    },
    refine: (state, global) => {
      const { name, active, sub, machine } = state;
      const key = global ? onMachine(name, machine) : name;
      const before = sightings.get(key);
      const activeSince = (): number | undefined => {
        if (before?.active === active) return before.since;
        // At first sight, a unit whose start was not requested here has been like that all along.
        return before || starts.has(key) ? clock.now() : undefined;
      };
      const since = activeSince();
      const restarts = (before?.restarts ?? 0) + (isAnotherRestart(sub, before) ? 1 : 0);
      sightings.set(key, { active, since, sub, machine, restarts });

      // fleet starts a unit again after it has moved it, or loaded it again.
      const startPending = sub === notLoaded || sub === notStarted;
      if (startPending || (before && before.machine !== machine)) starts.set(key, clock.now());
      if (!isStopped(active)) starts.delete(key);

      if (active === 'active' && since !== undefined && clock.now() - since < provenMs) {
        return { ...state, restarts, active: 'activating', sub: notProven };
      }
      const requested = starts.get(key);
      const mayPredateStart = requested !== undefined && clock.now() - requested < graceMs;
      if (isStopped(active) && !startPending && mayPredateStart) {
        return { ...state, restarts, active: 'activating', queued: true };
      }
      return { ...state, restarts, queued: startPending };
    },
  };
}

/** How a unit was seen last. */
interface Sighting {
  readonly active: ActiveState;
  /** When it became that; `undefined` where it was so when it was first seen. */
  readonly since: number | undefined;
  readonly sub: string;
  readonly machine: string;
  readonly restarts: number;
}

/** A unit that keeps failing shows in waiting for its next start, again and again. */
function isAnotherRestart(sub: string, before: Sighting | undefined): boolean {
  return sub === 'auto-restart' && before !== undefined && before.sub !== sub;
}

/** The keys of units: by name those that fleet moves, by name and machine the global ones. */
function keysOf(machine: string, units: readonly string[]): readonly string[] {
  return units.flatMap((name) => [name, onMachine(name, machine)]);
}

function onMachine(name: string, machine: string): string {
  return `${name} on ${machine}`;
}

/** The sub state of a unit that its machine has not loaded yet, but will, however long it takes. */
export const notLoaded = 'not loaded';
/** The sub state of a unit that its machine has loaded and will start. */
export const notStarted = 'not started yet';
/** The sub state of a unit that was just seen active, and may have died since. */
const notProven = 'active only just now';
