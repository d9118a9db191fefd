import { lintUnit } from '../../placement/lint-unit.ts';
import type { ObservedUnit } from '../../plan/observation.ts';
import { outputOf } from '../../ssh/output-of.ts';
import { parseUnit } from '../../unit/parse.ts';
import { canonicalText } from '../../unit/serialise.ts';
import { optionsOf } from '../../unit/unit-file.ts';
import type { Engine } from '../engine.ts';
import { fleetClient } from './client.ts';
import { type EntrySettings, fleetEntries } from './entries.ts';
import { type ConnectThrough, createMachineConnections } from './machine-connections.ts';
import { createMachineDirectory } from './machine-directory.ts';
import { observedUnit, toObservation } from './observe.ts';
import { type Snapshot, shareSnapshots } from './snapshot.ts';
import { trackStates } from './state-tracker.ts';
import { isGlobal } from './unit-facts.ts';
import { describeUnit, install, remove, start, stop } from './unit-operations.ts';
import { throwIfUnschedulable } from './unschedulable.ts';

/** What the fleet engine needs to know of its cluster. */
export interface FleetCluster extends EntrySettings {
  /** Whether a unit of that name is the project's: fleet itself knows no owner. */
  readonly owns: (unit: string) => boolean;
  /** Connects to a machine that is no entry, for journals and commands. */
  readonly connectThrough: ConnectThrough;
  /** Whether to read the machines' own addresses; registrations and load balancers need them. */
  readonly wantsAddresses: boolean;
}

/** Milliseconds for fleet to choose a machine: enough for etcd to elect a new leader. */
const placementTimeoutMs = 90_000;

/** The engine for a cluster that runs fleet, through its API, which is entered over SSH by any one machine. */
export function fleetEngine(cluster: FleetCluster): Engine & { close(): Promise<void> } {
  const { clock } = cluster;
  const entries = fleetEntries(cluster);
  const client = fleetClient(entries.request);
  const snapshots = shareSnapshots(client, clock, cluster.tell);
  const connections = createMachineConnections(entries, cluster.connectThrough);
  const directory = createMachineDirectory(cluster.entries, client, connections);
  const tracker = trackStates(clock);

  /** A check for a wait that begins now. */
  const unschedulableCheck = (): ((name: string, snapshot: Snapshot) => void) => {
    const began = clock.now();
    return (name, snapshot) => throwIfUnschedulable(name, snapshot, directory, clock.now() - began);
  };
  const runAsRoot = async (id: string, action: string, words: readonly string[]): Promise<string> => {
    const machine = await directory.find(id);
    return outputOf(machine.name, action, await connections.run(machine, { words, root: true }));
  };

  return {
    maxParallelChanges: 100,
    toStoredForm: ({ name, text }) => canonicalText(optionsOf(parseUnit(text, { file: name }))),
    lint: ({ name, text }) => lintUnit(text, name).filter(({ severity }) => severity === 'error'),
    observe: async (desired) => {
      const snapshot = await snapshots.fresh();
      if (cluster.wantsAddresses) await directory.learnAddresses(directory.alive(snapshot));
      const names = new Set(desired);
      const owns = (unit: string): boolean => names.has(unit) || cluster.owns(unit);
      return toObservation(snapshot, directory.alive(snapshot), owns);
    },
    install: (_machine, units) => install(client, snapshots, units),
    start: async (machine, units) => {
      await start(client, snapshots, units, unschedulableCheck());
      tracker.started(machine, units);
    },
    awaitPlacement: async (units) => {
      const [main = ''] = units;
      const check = unschedulableCheck();
      const placed = await snapshots.until(`${main} has a machine`, placementTimeoutMs, (snapshot) => {
        const unit = snapshot.units.get(main);
        if (unit?.machineID !== undefined || (unit && isGlobal(unit))) return undefined;
        check(main, snapshot);
        return describeUnit(main, snapshot);
      });
      return placed.units.get(main)?.machineID;
    },
    stop: async (machine, units) => {
      await stop(client, snapshots, units);
      tracker.stopped(machine, units);
    },
    remove: (_machine, units) => remove(client, snapshots, units),
    states: async (machine, units) => {
      const snapshot = await snapshots.fresh();
      const published = units.map((name) => {
        const unit = snapshot.units.get(name);
        // A unit that fleet has moved is awaited on its new machine.
        return unit ? observedUnit(unit, unit.machineID ?? machine, snapshot) : destroyed(name, machine);
      });
      // A unit at rest may wait for one that is starting: a sidekick for its main unit.
      if (published.some(({ active }) => active === 'activating')) {
        const resting = published.filter(({ active }) => active === 'inactive');
        tracker.started(
          machine,
          resting.map(({ name }) => name),
        );
      }
      return published.map((state) => {
        const unit = snapshot.units.get(state.name);
        return tracker.refine(state, unit !== undefined && isGlobal(unit));
      });
    },
    journal: async (machine, unit, lines) => {
      const words = ['journalctl', '--no-pager', '--output=cat', `--lines=${lines}`, '--unit', unit];
      const output = await runAsRoot(machine, `read the journal of ${unit}`, words);
      return output.split('\n').filter((line) => line !== '');
    },
    run: (machine, words) => runAsRoot(machine, words.join(' '), words),
    close: async () => {
      await connections.close();
      await entries.close();
    },
  };
}

/** The state of a unit that somebody else has destroyed. */
function destroyed(name: string, machine: string): ObservedUnit {
  return {
    name,
    machine,
    active: 'inactive',
    sub: 'not in the registry',
    result: 'success',
    mainPid: 0,
    restarts: 0,
    reloadNeeded: false,
    queued: false,
  };
}
