import { hostname, userInfo } from 'node:os';
import type { Lock } from '../registry/registry.ts';
import type { ChangeOptions } from './change-options.ts';
import type { Context } from './with-cluster.ts';

/**
 * Does work while it holds the project's lock in etcd, and releases it. A cluster without etcd has no lock.
 * @param command the command as typed, for those who wait
 * @throws CoreshipError `lock-held` where another run does not end in time; `interrupted`
 */
export async function underLock<T>(
  command: string,
  { lockWaitSeconds }: Pick<ChangeOptions, 'lockWaitSeconds'>,
  { cluster, project, io }: Context,
  work: (lock: Lock | undefined) => Promise<T>,
): Promise<T> {
  if (!cluster.registry) {
    io.err(`warning: ${cluster.name} has no etcd, so nothing prevents two runs at once\n`);
    return work(undefined);
  }
  const registry = await cluster.registry();
  const lock = await registry.lock({
    project: project.name,
    holder: {
      who: `${userInfo().username}@${hostname()}`,
      command,
      pid: process.pid,
      since: new Date().toISOString(),
    },
    waitMs: lockWaitSeconds * 1000,
    onWait: (holder) =>
      io.err(`waiting for the lock, held by ${holder.who}: ${holder.command} (process ${holder.pid})\n`),
    onAway: ({ message }) => io.err(`${message}; waiting for it\n`),
    signal: io.interrupt,
  });
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}
