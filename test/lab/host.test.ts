import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasProgram, kill, lastLines, runOnHost, tryOnHost } from '../../src/lab/host.ts';
import { pollUntil } from '../../src/poll.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coreship-host-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a command on the host', () => {
  it('gets its words unchanged, without a shell', async () => {
    expect(await runOnHost(['printf', '%s|', 'a b', '$HOME', "'"])).toBe("a b|$HOME|'|");
  });

  it('reads a file as its input', async () => {
    await writeFile(join(folder, 'input'), 'from the file');
    expect(await runOnHost(['cat'], { inputFile: join(folder, 'input') })).toBe('from the file');
  });

  it('fails with its status and its last lines', async () => {
    const failure = runOnHost(['sh', '-c', 'echo one >&2; echo two >&2; exit 3']);
    await expect(failure).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('failed with status 3'),
      details: ['one', 'two'],
    });
  });

  it('returns a status other than 0 where that is an answer', async () => {
    expect(await tryOnHost(['sh', '-c', 'echo no >&2; exit 3'])).toEqual({
      status: 3,
      stdout: '',
      stderr: 'no\n',
    });
  });

  it('is named when it does not exist', async () => {
    await expect(runOnHost(['no-such-program'])).rejects.toThrow('cannot run no-such-program');
  });

  it('ends with all its children when it takes too long', async () => {
    const words = ['sh', '-c', 'sleep 60 & echo $! > "$0"; wait', join(folder, 'child')];
    // On a busy machine it may take long until the child exists.
    for (const timeoutMs of [300, 3_000, 20_000]) {
      if ((await childOf(join(folder, 'child'))) > 0) break;
      await expect(runOnHost(words, { timeoutMs })).rejects.toThrow(`took over ${timeoutMs / 1000} s`);
    }
    expect(await ends(join(folder, 'child'))).toBe(true);
  });

  it('ends with all its children on abort', async () => {
    const stop = new AbortController();
    const words = ['sh', '-c', 'sleep 60 & echo $! > "$0"; wait', join(folder, 'child')];
    const failure = expect(runOnHost(words, { signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
    await pollUntil(async () => (await childOf(join(folder, 'child'))) > 0, { timeoutMs: 20_000 });
    stop.abort();
    await failure;
    expect(await ends(join(folder, 'child'))).toBe(true);
  });

  it('is not started after an abort', async () => {
    const words = ['sh', '-c', 'echo > "$0"', join(folder, 'begun')];
    await expect(runOnHost(words, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    });
    await expect(readFile(join(folder, 'begun'))).rejects.toThrow('ENOENT');
  });
});

describe('a signal', () => {
  it('to a process that has ended is ignored', async () => {
    const child = spawn('true');
    await once(child, 'close');
    expect(kill(child.pid ?? 0, 'SIGTERM')).toBeUndefined();
  });

  it('ends one that runs', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    kill(child.pid ?? 0, 'SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });
});

describe('a program', () => {
  it.each([
    ['sh', true],
    ['no-such-program', false],
  ])('%s: %s', async (name, there) => {
    expect(await hasProgram(name)).toBe(there);
  });
});

describe('the last lines of an output', () => {
  it.each([
    ['nothing of nothing', '', []],
    ['no blank lines', 'a\n\nb\n\n', ['a', 'b']],
    ['only so many', 'a\nb\nc\nd', ['c', 'd']],
  ])('%s', (_, text, expected) => {
    expect(lastLines(text, 2)).toEqual(expected);
  });
});

async function childOf(file: string): Promise<number> {
  return Number((await readFile(file, 'utf8').catch(() => '')).trim());
}

async function ends(file: string): Promise<boolean> {
  const id = await childOf(file);
  const gone = async (): Promise<boolean> => {
    // A zombie has ended too, whoever reaps it.
    const state = (await tryOnHost(['ps', '-o', 'stat=', '-p', String(id)])).stdout.trim();
    return state === '' || state.startsWith('Z');
  };
  return id > 0 && (await pollUntil(gone, { timeoutMs: 20_000 }));
}
