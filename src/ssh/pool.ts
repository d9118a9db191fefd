import type { Connect, Connection, Target } from './connection.ts';

/** Connections by target name, each opened when first asked for, and shared. */
export interface Pool {
  /** The connection to this target. Who asks while it is being opened waits for the same one. */
  get(target: Target, signal?: AbortSignal): Promise<Connection>;
  /** Closes all connections, those still being opened too. */
  closeAll(): Promise<void>;
}

/**
 * Makes an empty pool. A target that could not be reached, or whose connection has ended since, is connected to
 * anew when it is asked for again: a machine may reboot while it is worked on.
 */
export function createPool(connect: Connect): Pool {
  const connections = new Map<string, Promise<Connection>>();

  return {
    get: (target, signal) => {
      const known = connections.get(target.name);
      if (known !== undefined) return known;
      const opening = connect(target, signal);
      connections.set(target.name, opening);
      const forget = () => {
        if (connections.get(target.name) === opening) connections.delete(target.name);
      };
      opening.then((connection) => connection.closed).then(forget, forget);
      return opening;
    },
    closeAll: async () => {
      const all = [...connections.values()];
      connections.clear();
      const opened = await Promise.allSettled(all);
      await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
    },
  };
}
