import { CoreshipError } from '../../errors.ts';
import type { ObservedMachine } from '../../plan/observation.ts';
import { compareText } from '../../unit/compare.ts';
import { readAddresses } from '../read-addresses.ts';
import type { FleetMachine } from './api.ts';
import type { FleetClient } from './client.ts';
import type { FleetEntry } from './entry.ts';
import type { MachineConnections } from './machine-connections.ts';
import type { Snapshot } from './snapshot.ts';

/** A machine, with the address that its fleet publishes. */
export interface DirectoryMachine extends ObservedMachine {
  readonly ip: string;
}

/** The machines of a cluster. They may join and leave during a command. */
export interface MachineDirectory {
  /** Those that are alive in a snapshot, by name. */
  alive(snapshot: Snapshot): readonly DirectoryMachine[];
  /** Those that were alive earlier in this command, and are not in this snapshot. */
  away(snapshot: Snapshot): readonly DirectoryMachine[];
  /**
   * A machine by its id: one that was alive earlier, else one that fleet knows now.
   * @throws CoreshipError `failed` where there is none
   */
  find(id: string): Promise<DirectoryMachine>;
  /** Reads the addresses that units see on these machines, once. A machine that cannot be reached keeps fleet's. */
  learnAddresses(machines: readonly DirectoryMachine[]): Promise<void>;
}

/** Makes a directory that has seen no machine yet. */
export function createMachineDirectory(
  entries: readonly FleetEntry[],
  client: Pick<FleetClient, 'machines'>,
  connections: MachineConnections,
): MachineDirectory {
  const seen = new Map<string, FleetMachine>();
  const addresses = new Map<string, ObservedMachine['addresses']>();

  const remember = (machines: readonly FleetMachine[]): void => {
    for (const machine of machines) seen.set(machine.id, machine);
  };
  const describe = ({ id, primaryIP: ip, metadata = {} }: FleetMachine): DirectoryMachine => ({
    id,
    ip,
    name: entries.find(({ address }) => address === ip)?.name ?? ip,
    metadata,
    addresses: { private: ip, public: ip, ...addresses.get(`${id} ${ip}`) },
  });
  return {
    alive: ({ machines }) => {
      remember(machines);
      return machines.map(describe).sort((a, b) => compareText(a.name, b.name));
    },
    away: ({ machines }) =>
      [...seen.values()].filter(({ id }) => !machines.some((machine) => machine.id === id)).map(describe),
    find: async (id) => {
      if (!seen.has(id)) remember(await client.machines());
      const machine = seen.get(id);
      if (machine) return describe(machine);
      throw new CoreshipError('failed', `fleet knows no machine ${id}`, {
        hint: 'its fleet may be down: see coreship machines',
      });
    },
    learnAddresses: async (machines) => {
      await Promise.all(
        machines.map(async (machine) => {
          const key = `${machine.id} ${machine.ip}`;
          if (addresses.has(key)) return;
          const command = { words: ['cat', '/etc/environment'] };
          const result = await connections.run(machine, command).catch(() => undefined);
          if (result?.status === 0) addresses.set(key, readAddresses(result.stdout));
        }),
      );
    },
  };
}
