import type { Connection, Target } from './connection.ts';

/** One use of a bastion. */
export interface Lease {
  readonly connection: Connection;
  /** Ends this use; the last one closes the connection. */
  readonly release: () => void;
}

/** Connections to bastions. Each is opened once and shared by all who use it at the same time. */
export interface Bastions {
  lease(bastion: Target, signal?: AbortSignal): Promise<Lease>;
}

/** Shares the connections that `open` makes. Bastions that differ only in name are the same one. */
export function createBastions(open: (bastion: Target) => Promise<Connection>): Bastions {
  const shared = new Map<string, { readonly opening: Promise<Connection>; users: number }>();

  return {
    lease: async (bastion, signal) => {
      const key = JSON.stringify({ ...bastion, name: '' });
      const entry = shared.get(key) ?? { opening: open(bastion), users: 0 };
      shared.set(key, entry);
      entry.users += 1;

      let held = true;
      const release = () => {
        if (!held) return;
        held = false;
        entry.users -= 1;
        if (entry.users > 0) return;
        if (shared.get(key) === entry) shared.delete(key);
        entry.opening.then((connection) => connection.close()).catch(() => {});
      };
      try {
        return { connection: await orAbort(entry.opening, signal), release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** Stops waiting when the signal aborts. The promise itself goes on: others may wait for it, too. */
function orAbort<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', giveUp));
  });
}
