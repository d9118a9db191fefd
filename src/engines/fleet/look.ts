import type { Clock } from '../../clock.ts';
import { CoreshipError } from '../../errors.ts';
import { readRules } from '../../placement/read-rules.ts';
import { unitHash } from '../../unit/serialise.ts';
import type { FleetMachine, FleetUnit, FleetUnitState } from './api.ts';
import type { FleetClient } from './client.ts';

/** fleet's machines, its registry and the published states at one moment. */
export interface Look {
  /** Those whose fleet is alive. */
  readonly machines: readonly FleetMachine[];
  readonly units: ReadonlyMap<string, FleetUnit>;
  /** By unit name; a global unit has one on each machine. */
  readonly states: ReadonlyMap<string, readonly FleetUnitState[]>;
}

/** Looks that everybody who waits shares, so that a hundred waits ask no more than one. */
export interface Looks {
  /** A look that began after this call. */
  fresh(): Promise<Look>;
  /**
   * Looks until there is nothing left to wait for: `pending` says what is, or throws to give up.
   * @param nudge a request that wakes fleet, made once a second for all who wait; that it fails does no harm
   * @throws CoreshipError `failed` after the time-out, saying what was seen last
   */
  until(
    what: string,
    timeoutMs: number,
    pending: (look: Look) => string | undefined,
    nudge?: (look: Look) => Promise<unknown>,
  ): Promise<Look>;
}

/** Milliseconds between looks: fleet itself publishes once a second. */
const intervalMs = 250;
/** Milliseconds between nudges: fleet does not work through its tasks more often. */
const nudgeMs = 1_000;
/** Milliseconds of silence before a wait is told of. */
const silenceMs = 5_000;

/** Makes the shared looks. */
export function shareLooks(client: FleetClient, clock: Clock, tell: (line: string) => void): Looks {
  let next: Promise<Look> | undefined;
  let last = Promise.resolve();
  let nudged = 0;

  const take = async (): Promise<Look> => {
    const [machines, units, states] = await Promise.all([client.machines(), client.units(), client.states()]);
    const byUnit = new Map<string, FleetUnitState[]>();
    for (const state of states) byUnit.set(state.name, [...(byUnit.get(state.name) ?? []), state]);
    return { machines, units: new Map(units.map((unit) => [unit.name, unit])), states: byUnit };
  };
  /** One look at a time; who comes during one waits for the next, together. */
  const fresh = (): Promise<Look> => {
    next ??= last.then(() => {
      next = undefined;
      const look = take();
      last = look.then(
        () => undefined,
        () => undefined,
      );
      return look;
    });
    return next;
  };
  return {
    fresh,
    until: async (what, timeoutMs, pending, nudge) => {
      const began = clock.now();
      let told = '';
      for (;;) {
        const look = await fresh();
        const seen = pending(look);
        if (seen === undefined) return look;
        const waited = clock.now() - began;
        if (waited >= timeoutMs) {
          throw new CoreshipError('failed', `${what}: not after ${Math.round(timeoutMs / 1000)} s; ${seen}`, {
            hint: 'see the journal of fleet on the machines; run the same command again to go on',
          });
        }
        if (waited >= silenceMs && seen !== told) {
          tell(`waiting until ${what}: ${seen}`);
          told = seen;
        }
        if (nudge && clock.now() - Math.max(began, nudged) >= nudgeMs) {
          nudged = clock.now();
          await nudge(look).catch(() => undefined);
        }
        await clock.sleep(intervalMs);
      }
    },
  };
}

/** Whether a unit runs wherever the rules allow it: fleet keeps no machine and no state of its own for it. */
export function isGlobal({ name, options }: FleetUnit): boolean {
  return readRules(options, name).global;
}

/** The ids of a unit's machines: the one fleet gave it; for a global one, every machine that has told of it. */
export function homesOf(unit: FleetUnit, look: Look): readonly string[] {
  if (unit.machineID !== undefined) return [unit.machineID];
  return isGlobal(unit) ? (look.states.get(unit.name) ?? []).map(({ machineID }) => machineID) : [];
}

/** Whether the file on the machine is what the registry says. */
export function landed(unit: FleetUnit, state: FleetUnitState): boolean {
  return state.hash === unitHash(unit.options);
}
