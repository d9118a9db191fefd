import { CoreshipError } from '../../errors.ts';
import { readRules } from '../../placement/read-rules.ts';
import type { ObservedMachine } from '../../plan/observation.ts';
import { lintUnitText } from '../../unit/lint.ts';
import { parseUnit } from '../../unit/parse.ts';
import { canonicalText } from '../../unit/serialise.ts';
import { locatedOptionsOf, optionsOf } from '../../unit/unit-file.ts';
import type { Engine } from '../engine.ts';
import { readAddresses } from '../read-addresses.ts';
import { install, inWords, start, stop } from './change.ts';
import { fleetClient } from './client.ts';
import { type DoorSettings, openDoors } from './doors.ts';
import { whyNoMachine } from './explain.ts';
import { followStates } from './follow-states.ts';
import { isGlobal, type Look, shareLooks } from './look.ts';
import { observed, toObservation } from './observe.ts';
import { type ConnectThrough, machineName, outputOf, reachMachines } from './reach.ts';

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

/** The engine for a cluster that runs fleet: its API, entered over SSH by any one machine. */
export function fleetEngine(cluster: FleetCluster): Engine & { close(): Promise<void> } {
  const doors = openDoors(cluster);
  const client = fleetClient(doors.ask);
  const looks = shareLooks(client, cluster.clock, cluster.tell);
  const reach = reachMachines(doors, cluster.connectThrough);
  const follower = followStates(cluster.clock);
  const known = new Map<string, ObservedMachine & { readonly ip: string }>();

  const machineOf = (id: string): ObservedMachine & { readonly ip: string } => {
    const machine = known.get(id);
    if (!machine) throw new CoreshipError('bug', `machine ${id} has not been observed`);
    return machine;
  };
  const learnMachines = async (): Promise<readonly ObservedMachine[]> => {
    for (const machine of await client.machines()) {
      if (known.get(machine.id)?.ip === machine.primaryIP) continue;
      const { id, primaryIP: ip, metadata = {} } = machine;
      known.set(id, {
        id,
        ip,
        name: machineName(machine, cluster.entries),
        metadata,
        addresses: { private: ip, public: ip },
      });
    }
    if (cluster.wantsAddresses) await Promise.all([...known.values()].map(learnAddresses));
    return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const addressed = new Set<string>();
  /** A machine that cannot be reached keeps the address that fleet tells. */
  const learnAddresses = async (machine: ObservedMachine & { readonly ip: string }): Promise<void> => {
    if (addressed.has(machine.id)) return;
    const answer = await reach.run(machine, { words: ['cat', '/etc/environment'] }).catch(() => undefined);
    if (answer?.status !== 0) return;
    addressed.add(machine.id);
    known.set(machine.id, {
      ...machine,
      addresses: { ...machine.addresses, ...readAddresses(answer.stdout) },
    });
  };
  /** Gives up on a unit that no rule lets run anywhere; fleet would wait for ever and say nothing. */
  const refuseHopeless = (name: string, look: Look): void => {
    const reasons = whyNoMachine(name, look, [...known.values()]);
    if (reasons.length > 0) throw noMachine(name, reasons);
  };

  return {
    atOnce: 100,
    asKept: ({ name, text }) => canonicalText(optionsOf(parseUnit(text, { file: name }))),
    misreads: ({ name, text }) => {
      const { problems } = readRules(locatedOptionsOf(parseUnit(text, { file: name })), name);
      const placement = problems.map(({ option, ...problem }) => ({
        ...problem,
        where: { file: name, ...(option.line === undefined ? {} : { line: option.line }) },
      }));
      return [...lintUnitText(text, name), ...placement].filter(({ severity }) => severity === 'error');
    },
    observe: async (wanted) => {
      const [machines, look] = await Promise.all([learnMachines(), looks.fresh()]);
      const names = new Set(wanted);
      return toObservation(look, machines, (unit) => names.has(unit) || cluster.owns(unit));
    },
    install: (_machine, units) => install(client, looks, units),
    start: async (machine, units) => {
      const began = cluster.clock.now();
      await start(client, looks, units, (name, look) => {
        if (cluster.clock.now() - began >= doubtMs) refuseHopeless(name, look);
      });
      follower.started(machine, units);
    },
    placedOn: async (units) => {
      const [main = ''] = units;
      const began = cluster.clock.now();
      const look = await looks.until(`${main} has a machine`, placementTimeoutMs, (seen) => {
        const unit = seen.units.get(main);
        if (unit?.machineID !== undefined || (unit && isGlobal(unit))) return undefined;
        if (cluster.clock.now() - began >= doubtMs) refuseHopeless(main, seen);
        return inWords(main, seen);
      });
      return look.units.get(main)?.machineID;
    },
    stop: async (machine, units) => {
      await stop(client, looks, units);
      follower.stopped(machine, units);
    },
    remove: async (_machine, units) => {
      await Promise.all(units.map((name) => client.destroy(name)));
    },
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
      const { name } = machineOf(machine);
      const output = outputOf(
        name,
        `read the journal of ${unit}`,
        await reach.run(machineOf(machine), { words, root: true }),
      );
      return output.split('\n').filter((line) => line !== '');
    },
    run: async (machine, words) =>
      outputOf(
        machineOf(machine).name,
        words.join(' '),
        await reach.run(machineOf(machine), { words, root: true }),
      ),
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
};

function noMachine(name: string, reasons: readonly string[]): CoreshipError {
  return new CoreshipError('failed', `fleet gives ${name} no machine`, {
    details: reasons,
    hint: 'it stays in the registry and starts once the rules allow a machine; or take it away with coreship destroy',
  });
}
