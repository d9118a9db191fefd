import type { Clock } from '../../clock.ts';
import type { ObservedUnit } from '../../plan/observation.ts';
import { type ActiveState, isStopped, type UnitState } from '../../plan/unit-state.ts';

/** What can be said of units only by who has watched them: fleet publishes states late, and no restarts. */
export interface StateFollower {
  /** Notes that a start of these units has been asked for, with a view to this machine. */
  started(machine: string, units: readonly string[]): void;
  /** Notes that units were stopped. */
  stopped(machine: string, units: readonly string[]): void;
  /** A published state, with what is known beyond it; a `global` unit has one on each machine, and never moves. */
  complete(state: ObservedUnit, global: boolean): UnitState;
}

/** Milliseconds for an agent to start what it was asked to and to publish that: two of its rounds. */
const graceMs = 10_000;
/** Milliseconds that a unit must be seen active after it was not: fleet looks once a second, and a program may die at once. */
const provenMs = 1_200;

/** Begins to watch. */
export function followStates(clock: Clock): StateFollower {
  const starts = new Map<string, number>();
  const seen = new Map<string, Sight>();
  return {
    started: (machine, units) => {
      for (const key of keysOf(machine, units)) starts.set(key, clock.now());
    },
    stopped: (machine, units) => {
      for (const key of keysOf(machine, units)) starts.delete(key);
    },
    complete: (state, global) => {
      const { name, active, sub, machine } = state;
      const key = global ? onMachine(name, machine) : name;
      const before = seen.get(key);
      // A unit that keeps failing is known by its waiting for the next start, again and again.
      const again = sub === 'auto-restart' && before !== undefined && before.sub !== sub;
      const restarts = (before?.restarts ?? 0) + (again ? 1 : 0);
      const since =
        active === before?.active ? before.since : before || starts.has(key) ? clock.now() : -Infinity;
      seen.set(key, { active, since, sub, machine, restarts });
      // What fleet moves, or loads again, it starts again.
      const pending = sub === notLoaded || sub === notStarted;
      if (pending || (before && before.machine !== machine)) starts.set(key, clock.now());
      const rests = isStopped(active);
      if (!rests) starts.delete(key);
      if (active === 'active' && clock.now() - since < provenMs)
        return { ...state, restarts, active: 'activating', sub: notProven };
      const asked = starts.get(key);
      // What is published may still be from before the start.
      if (rests && !pending && asked !== undefined && clock.now() - asked < graceMs) {
        return { ...state, restarts, active: 'activating', queued: true };
      }
      return { ...state, restarts, queued: pending };
    },
  };
}

/** How a unit was seen last. */
interface Sight {
  readonly active: ActiveState;
  /** When it was seen to become that; before all time where it has been so all along. */
  readonly since: number;
  readonly sub: string;
  readonly machine: string;
  readonly restarts: number;
}

/** What units are followed under: those that fleet moves by their name, global ones by name and machine. */
function keysOf(machine: string, units: readonly string[]): readonly string[] {
  return units.flatMap((name) => [name, onMachine(name, machine)]);
}

function onMachine(name: string, machine: string): string {
  return `${name} on ${machine}`;
}

/** The sub state of a unit that its machine has not loaded yet: it will, however long it takes. */
export const notLoaded = 'not loaded';
/** The sub state of a unit whose machine has loaded it and is to start it. */
export const notStarted = 'not started yet';
/** The sub state of a unit that was seen active, and may have died since. */
const notProven = 'active only just now';
