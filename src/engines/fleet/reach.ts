import { CoreshipError } from '../../errors.ts';
import type { CommandResult, Connection, RemoteCommand, RunOptions } from '../../ssh/connection.ts';
import type { Doors, FleetEntry } from './doors.ts';

/** Connects to a machine of the cluster by its address, through an entry. */
export type ConnectThrough = (
  machine: { readonly name: string; readonly address: string },
  entry: FleetEntry,
) => Promise<Connection>;

/** The machines behind the entries: for journals, for commands, for what their fleet does not tell. */
export interface Reach {
  run(
    machine: { readonly name: string; readonly ip: string },
    command: RemoteCommand,
    options?: RunOptions,
  ): Promise<CommandResult>;
  close(): Promise<void>;
}

/** Opens connections to machines when they are needed, and again after one was lost. */
export function reachMachines(doors: Doors, connectThrough: ConnectThrough): Reach {
  const open = new Map<string, Promise<Connection>>();
  return {
    run: async ({ name, ip }, command, options = {}) => {
      const { entry, connection } = await doors.entry();
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
        all.map((one) => one.then((connection) => connection.close()).catch(() => undefined)),
      );
    },
  };
}

/** The output of a command that must succeed. */
export function outputOf(machine: string, what: string, result: CommandResult): string {
  if (result.status === 0) return result.stdout;
  throw new CoreshipError('failed', `${machine}: could not ${what} (status ${result.status})`, {
    details: result.stderr.trim().split('\n').slice(-5),
  });
}
