import { CoreshipError } from '../../errors.ts';
import type { ObservedMachine } from '../../plan/observation.ts';
import { compareText } from '../../unit/compare.ts';
import { readAddresses } from '../read-addresses.ts';
import type { FleetMachine } from './api.ts';
import type { FleetEntry } from './doors.ts';
import type { Look } from './look.ts';
import type { Reach } from './reach.ts';

/** A machine, with the address that its fleet tells. */
export interface Host extends ObservedMachine {
  readonly ip: string;
}

/** The machines of a cluster in the course of a command: they come and go. */
export interface Hosts {
  /** Those that are alive in a look, by name. */
  alive(look: Look): readonly Host[];
  /** Those that were alive before, and are not in this look. */
  away(look: Look): readonly Host[];
  /** One that was alive at some time. */
  of(id: string): Host;
  /** Reads the addresses that units see on machines, where that was not done yet. What cannot be reached keeps fleet's. */
  learnAddresses(hosts: readonly Host[]): Promise<void>;
}

/** Knows no machine yet. */
export function knowHosts(entries: readonly FleetEntry[], reach: Reach): Hosts {
  const seen = new Map<string, FleetMachine>();
  const addresses = new Map<string, ObservedMachine['addresses']>();

  const toHost = ({ id, primaryIP: ip, metadata = {} }: FleetMachine): Host => ({
    id,
    ip,
    name: entries.find(({ address }) => address === ip)?.name ?? ip,
    metadata,
    addresses: { private: ip, public: ip, ...addresses.get(`${id} ${ip}`) },
  });
  return {
    alive: ({ machines }) => {
      for (const machine of machines) seen.set(machine.id, machine);
      return machines.map(toHost).sort((a, b) => compareText(a.name, b.name));
    },
    away: ({ machines }) =>
      [...seen.values()].filter(({ id }) => !machines.some((machine) => machine.id === id)).map(toHost),
    of: (id) => {
      const machine = seen.get(id);
      if (!machine) throw new CoreshipError('bug', `machine ${id} has not been observed`);
      return toHost(machine);
    },
    learnAddresses: async (hosts) => {
      await Promise.all(
        hosts.map(async (host) => {
          const key = `${host.id} ${host.ip}`;
          if (addresses.has(key)) return;
          const answer = await reach.run(host, { words: ['cat', '/etc/environment'] }).catch(() => undefined);
          if (answer?.status === 0) addresses.set(key, readAddresses(answer.stdout));
        }),
      );
    },
  };
}
