import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { interrupted } from './host.ts';

/** How to wait for a lock. */
export interface LockOptions {
  readonly timeoutMs: number;
  /** Called once when the lock is not free within half a second. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does some work while holding an exclusive lock on a file, which is created when missing.
 *
 * flock(1) takes the lock and becomes a `cat` that keeps it for as long as this process lives: the kernel closes the
 * pipe between them even after SIGKILL, so a lock is never left behind.
 *
 * @throws CoreshipError `lock-held` when it is not free in time, `interrupted` on abort while waiting.
 */
export async function withFileLock<T>(
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const seconds = String(Math.ceil(options.timeoutMs / 1000));
  const holder = spawn('flock', ['--exclusive', '--no-fork', '--wait', seconds, path, 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Its own session: Ctrl-C in the terminal must not free the lock before the work has ended.
    detached: true,
  });
  const ended = once(holder, 'close');
  // When flock gives up, nobody reads the pipe; its end says so.
  holder.stdin.on('error', () => undefined);
  holder.stdin.write('held\n');
  const waiting = setTimeout(() => options.onWait?.(), 500);
  const abort = (): boolean => holder.kill();
  options.signal?.addEventListener('abort', abort, { once: true });
  const got = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)]);
  clearTimeout(waiting);
  options.signal?.removeEventListener('abort', abort);
  if (!got) {
    if (options.signal?.aborted) throw interrupted();
    throw new CoreshipError('lock-held', `another coreship holds ${path}`, {
      hint: 'wait until it ends, then run the same command again',
    });
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
