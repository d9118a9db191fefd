import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from '../../src/lab/file-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coreship-lock-'));
  path = join(folder, 'below', 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

// Labs need Linux, and so does flock(1).
describe.skipIf(process.platform !== 'linux')('a file lock', () => {
  it('has one holder at a time', async () => {
    const log: string[] = [];
    const first = held();
    const one = withFileLock(path, { timeoutMs: 10_000 }, async () => {
      log.push('one begins');
      first.entered();
      await first.release;
      log.push('one ends');
    });
    await first.inside;
    const waits = held();
    const two = withFileLock(path, { timeoutMs: 10_000, onWait: waits.entered }, async () => {
      log.push('two');
    });
    await waits.inside;
    first.letGo();
    await Promise.all([one, two]);
    expect(log).toEqual(['one begins', 'one ends', 'two']);
  });

  it('is free again after work that failed', async () => {
    const failing = withFileLock(path, { timeoutMs: 1_000 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await withFileLock(path, { timeoutMs: 1_000 }, async () => 'free')).toBe('free');
  });

  it('is given up after a time, or on abort', async () => {
    await withFileLock(path, { timeoutMs: 1_000 }, async () => {
      const late = withFileLock(path, { timeoutMs: 1_000 }, async () => undefined);
      await expect(late).rejects.toMatchObject({ code: 'lock-held' });
      const stop = new AbortController();
      const patience = { timeoutMs: 60_000, signal: stop.signal, onWait: () => stop.abort() };
      const aborted = withFileLock(path, patience, async () => undefined);
      await expect(aborted).rejects.toMatchObject({ code: 'interrupted' });
    });
  });

  it('ends with a holder that is killed', async () => {
    await withFileLock(path, { timeoutMs: 1_000 }, async () => undefined);
    const holder = spawn('flock', ['--exclusive', '--no-fork', path, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(holder.stdout, 'data');
    const next = withFileLock(path, { timeoutMs: 10_000 }, async () => 'free');
    holder.kill('SIGKILL');
    expect(await next).toBe('free');
  });
});

/** Two promises to pause work at a known point. */
function held() {
  const { promise: inside, resolve: entered } = withResolvers();
  const { promise: release, resolve: letGo } = withResolvers();
  return { inside, entered, release, letGo };
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
