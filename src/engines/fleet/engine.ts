import { CoreshipError } from '../../errors.ts';
import { lintUnit } from '../../placement/lint-unit.ts';
import { parseUnit } from '../../unit/parse.ts';
import { canonicalText } from '../../unit/serialise.ts';
import { optionsOf } from '../../unit/unit-file.ts';
import type { Engine } from '../engine.ts';
import { install, inWords, remove, start, stop } from './change.ts';
import { fleetClient } from './client.ts';
import { type DoorSettings, openDoors } from './doors.ts';
import { whyNoMachine } from './explain.ts';
import { followStates } from './follow-states.ts';
import { knowHosts } from './hosts.ts';
import { isGlobal, type Look, shareLooks } from './look.ts';
import { observed, toObservation } from './observe.ts';
import { type ConnectThrough, outputOf, reachMachines } from './reach.ts';

/** What the fleet engine needs of its cluster. */
export interface FleetCluster extends DoorSettings {
  /** Whether a unit of that name is the project's: fleet itself knows no owner. */
  readonly owns: (unit: string) => boolean;
  /** How a machine that is no entry is reached, for journals and for commands. */
  readonly connectThrough: ConnectThrough;
  /** Whether to read the machines' own addresses; registrations and load balancers need them. */
  readonly wantsAddresses: boolean;
}

/** Milliseconds for fleet to give a unit a machine: a new leader of etcd included. */
const placementTimeoutMs = 90_000;
/** Milliseconds after which the rules are asked why a unit still has none. */
const doubtMs = 6_000;
/** As long as that where a machine has gone away meanwhile: its fleet may be starting again. */
const awayMs = 45_000;

/** The engine for a cluster that runs fleet: its API, entered over SSH by any one machine. */
export function fleetEngine(cluster: FleetCluster): Engine & { close(): Promise<void> } {
  const doors = openDoors(cluster);
  const client = fleetClient(doors.ask);
  const looks = shareLooks(client, cluster.clock, cluster.tell);
  const reach = reachMachines(doors, cluster.connectThrough);
  const follower = followStates(cluster.clock);
  const hosts = knowHosts(cluster.entries, reach);

  /** Gives up on a unit that no rule lets run anywhere; fleet would wait for ever and say nothing. */
  const refuseHopeless = (name: string, look: Look, waitedMs: number): void => {
    if (waitedMs < doubtMs) return;
    const alive = hosts.alive(look);
    const away = hosts.away(look);
    if (away.length > 0 && waitedMs < awayMs) return;
    const reasons = whyNoMachine(name, look, alive);
    if (reasons.length > 0)
      throw noMachine(name, [...reasons, ...away.map((host) => `not on ${host.name}: its fleet is away`)]);
  };
  const runAsRoot = async (id: string, what: string, words: readonly string[]): Promise<string> => {
    const host = hosts.of(id);
    return outputOf(host.name, what, await reach.run(host, { words, root: true }));
  };

  return {
    maxParallelChanges: 100,
    toStoredForm: ({ name, text }) => canonicalText(optionsOf(parseUnit(text, { file: name }))),
    lint: ({ name, text }) => lintUnit(text, name).filter(({ severity }) => severity === 'error'),
    observe: async (wanted) => {
      const look = await looks.fresh();
      if (cluster.wantsAddresses) await hosts.learnAddresses(hosts.alive(look));
      const names = new Set(wanted);
      return toObservation(look, hosts.alive(look), (unit) => names.has(unit) || cluster.owns(unit));
    },
    install: (_machine, units) => install(client, looks, units),
    start: async (machine, units) => {
      const began = cluster.clock.now();
      await start(client, looks, units, (name, look) =>
        refuseHopeless(name, look, cluster.clock.now() - began),
      );
      follower.started(machine, units);
    },
    awaitPlacement: async (units) => {
      const [main = ''] = units;
      const began = cluster.clock.now();
      const look = await looks.until(`${main} has a machine`, placementTimeoutMs, (seen) => {
        const unit = seen.units.get(main);
        if (unit?.machineID !== undefined || (unit && isGlobal(unit))) return undefined;
        refuseHopeless(main, seen, cluster.clock.now() - began);
        return inWords(main, seen);
      });
      return look.units.get(main)?.machineID;
    },
    stop: async (machine, units) => {
      await stop(client, looks, units);
      follower.stopped(machine, units);
    },
    remove: (_machine, units) => remove(client, looks, units),
    states: async (machine, units) => {
      const look = await looks.fresh();
      const seen = units.map((name) => {
        const unit = look.units.get(name);
        // A unit that fleet has moved meanwhile is waited for where it is now.
        return unit ? observed(unit, unit.machineID ?? machine, look) : { ...unknown, name, machine };
      });
      // What is still at rest may wait for what comes up: a sidekick for its main unit.
      if (seen.some(({ active }) => active === 'activating')) {
        follower.started(
          machine,
          seen.filter(({ active }) => active === 'inactive').map(({ name }) => name),
        );
      }
      return seen.map((state) => {
        const unit = look.units.get(state.name);
        return follower.complete(state, unit !== undefined && isGlobal(unit));
      });
    },
    journal: async (machine, unit, lines) => {
      const words = ['journalctl', '--no-pager', '--output=cat', `--lines=${lines}`, '--unit', unit];
      const output = await runAsRoot(machine, `read the journal of ${unit}`, words);
      return output.split('\n').filter((line) => line !== '');
    },
    run: (machine, words) => runAsRoot(machine, words.join(' '), words),
    close: async () => {
      await reach.close();
      await doors.close();
    },
  };
}

/** A unit that somebody else has destroyed meanwhile. */
const unknown = {
  active: 'inactive',
  sub: 'not in the registry',
  result: 'success',
  mainPid: 0,
  restarts: 0,
  reloadNeeded: false,
  queued: false,
} as const;

function noMachine(name: string, reasons: readonly string[]): CoreshipError {
  return new CoreshipError('failed', `fleet gives ${name} no machine`, {
    details: reasons,
    hint: 'it stays in the registry and starts once the rules allow a machine; or take it away with coreship destroy',
  });
}
