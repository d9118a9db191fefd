import type { CommandResult, Connection, RemoteCommand, RunOptions } from '../../ssh/connection.ts';
import type { FleetEntries } from './entries.ts';
import type { FleetEntry } from './entry.ts';

/** Connects to a machine of the cluster by its address, through an entry. */
export type ConnectThrough = (
  machine: { readonly name: string; readonly address: string },
  entry: FleetEntry,
) => Promise<Connection>;

/** Connections to the machines behind the entries: for journals, commands, and what fleet does not report of them. */
export interface MachineConnections {
  run(
    machine: { readonly name: string; readonly ip: string },
    command: RemoteCommand,
    options?: RunOptions,
  ): Promise<CommandResult>;
  close(): Promise<void>;
}

/** Connects to machines when they are needed, and again after a connection was lost. */
export function createMachineConnections(
  entries: FleetEntries,
  connectThrough: ConnectThrough,
): MachineConnections {
  const open = new Map<string, Promise<Connection>>();
  return {
    run: async ({ name, ip }, command, options = {}) => {
      const { entry, connection } = await entries.current();
      if (entry.address === ip) return connection.run(command, options);
      const key = `${ip} through ${entry.name}`;
      const opening = open.get(key) ?? connectThrough({ name, address: ip }, entry);
      open.set(key, opening);
      try {
        return await (await opening).run(command, options);
      } catch (error) {
        if (open.get(key) === opening) open.delete(key);
        void opening.then((lost) => lost.close()).catch(() => undefined);
        throw error;
      }
    },
    close: async () => {
      const all = [...open.values()];
      open.clear();
      await Promise.all(
        all.map((opening) => opening.then((connection) => connection.close()).catch(() => undefined)),
      );
    },
  };
}
