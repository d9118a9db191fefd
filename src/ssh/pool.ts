import type { Connect, Connection, Target } from './connection.ts';

/** Shared connections by target name. Each is opened when it is first asked for. */
export interface Pool {
  /** The connection to this target. Calls made while it is being opened get the same one. */
  get(target: Target, signal?: AbortSignal): Promise<Connection>;
  /** Closes all connections, including those still being opened. */
  closeAll(): Promise<void>;
}

/**
 * Makes an empty pool. If a connection failed or has ended, the next call opens another: a machine may reboot during a
 * rollout.
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
