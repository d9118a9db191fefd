import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CoreshipError } from '../errors.ts';

/** How to wait for a lock. */
export interface Patience {
  readonly timeoutMs: number;
  /** Called once when the lock is not free at once. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs work while holding an exclusive lock on a file, which is made when missing.
 *
 * flock(1) holds the lock and a `cat` below it keeps it for as long as this process lives: the kernel closes
 * the pipe between them even after SIGKILL, so a lock is never left behind.
 *
 * @throws CoreshipError `lock-held` when it is not free in time, `interrupted` on abort while waiting.
 */
export async function withFileLock<T>(path: string, patience: Patience, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const seconds = String(Math.ceil(patience.timeoutMs / 1000));
  const holder = spawn('flock', ['--exclusive', '--no-fork', '--wait', seconds, path, 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Its own session: Ctrl-C in the terminal must not free the lock while work is being wound up.
    detached: true,
  });
  const ended = once(holder, 'close');
  // Without the lock nobody reads the pipe; that flock gave up is told by its end.
  holder.stdin.on('error', () => undefined);
  holder.stdin.write('held\n');
  const waiting = setTimeout(() => patience.onWait?.(), 500);
  const abort = (): boolean => holder.kill();
  patience.signal?.addEventListener('abort', abort, { once: true });
  const got = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)]);
  clearTimeout(waiting);
  patience.signal?.removeEventListener('abort', abort);
  if (!got) {
    if (patience.signal?.aborted) throw new CoreshipError('interrupted', 'interrupted');
    throw new CoreshipError('lock-held', `${path} is held by another coreship`, {
      hint: 'wait for it to end and run this again',
    });
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
