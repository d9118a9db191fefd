import type { Clock } from '../../clock.ts';
import { CoreshipError } from '../../errors.ts';
import { pollUntil } from '../../poll.ts';
import type { FleetMachine, FleetUnit, FleetUnitState } from './api.ts';
import type { FleetClient } from './client.ts';

/** fleet's machines, its registry and the published states at one moment. */
export interface Snapshot {
  /** Those whose fleet is alive. */
  readonly machines: readonly FleetMachine[];
  readonly units: ReadonlyMap<string, FleetUnit>;
  /** By unit name; a global unit has one on each machine. */
  readonly states: ReadonlyMap<string, readonly FleetUnitState[]>;
}

/** Snapshots that all waits share, so that a hundred waits make no more requests than one. */
export interface Snapshots {
  /** A snapshot that was taken after this call. */
  fresh(): Promise<Snapshot>;
  /**
   * Takes snapshots until nothing is pending: `pending` says what is, or throws to give up.
   * @param nudge a request that wakes fleet, made at most once a second for all waits; it may fail
   * @throws CoreshipError `failed` after the time-out, saying what was pending last
   */
  until(
    goal: string,
    timeoutMs: number,
    pending: (snapshot: Snapshot) => string | undefined,
    nudge?: (snapshot: Snapshot) => Promise<unknown>,
  ): Promise<Snapshot>;
}

/** Milliseconds between snapshots: fleet itself publishes once a second. */
const intervalMs = 250;
/** Milliseconds between nudges: fleet does not reconcile more often. */
const nudgeMs = 1_000;
/** Milliseconds before a wait is reported. */
const quietMs = 5_000;

/** Takes snapshots for all who ask, one at a time. */
export function shareSnapshots(client: FleetClient, clock: Clock, tell: (line: string) => void): Snapshots {
  let next: Promise<Snapshot> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let nudged = 0;

  /** Whoever asks while a snapshot is being taken shares the next one. */
  const fresh = (): Promise<Snapshot> => {
    next ??= last.then(() => {
      next = undefined;
      const taking = takeSnapshot(client);
      last = taking.catch(() => undefined);
      return taking;
    });
    return next;
  };
  return {
    fresh,
    until: async (goal, timeoutMs, pending, nudge) => {
      const began = clock.now();
      let left = '';
      let reported = '';
      const check = async (): Promise<Snapshot | false> => {
        const snapshot = await fresh();
        const seen = pending(snapshot);
        if (seen === undefined) return snapshot;
        left = seen;
        if (clock.now() - began >= quietMs && left !== reported) {
          tell(`waiting until ${goal}: ${left}`);
          reported = left;
        }
        if (nudge && clock.now() - Math.max(began, nudged) >= nudgeMs) {
          nudged = clock.now();
          await nudge(snapshot).catch(() => undefined);
        }
        return false;
      };
      const reached = await pollUntil(check, { timeoutMs, everyMs: intervalMs, clock });
      if (reached) return reached;
      throw new CoreshipError('failed', `${goal}: not after ${Math.round(timeoutMs / 1000)} s; ${left}`, {
        hint: 'see the journal of fleet on the machines; run the same command again to continue',
      });
    },
  };
}

async function takeSnapshot(client: FleetClient): Promise<Snapshot> {
  const [machines, units, states] = await Promise.all([client.machines(), client.units(), client.states()]);
  const byUnit = new Map<string, FleetUnitState[]>();
  for (const state of states) byUnit.set(state.name, [...(byUnit.get(state.name) ?? []), state]);
  return { machines, units: new Map(units.map((unit) => [unit.name, unit])), states: byUnit };
}
