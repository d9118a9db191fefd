import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';

/** Limits and environment of one command on the host. */
export interface HostOptions {
  /** Milliseconds until the command is killed. Default 30 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** File for standard input; default none. */
  readonly inputFile?: string;
  /** Variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a command on the host ended. */
export interface HostResult {
  /** Exit status; 128 when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command on the host, without a shell, and returns its standard output.
 *
 * @throws CoreshipError `failed` with the last lines of its error output; `interrupted` on abort.
 */
export async function runOnHost(words: readonly string[], options: HostOptions = {}): Promise<string> {
  const result = await tryOnHost(words, options);
  if (result.status === 0) return result.stdout;
  throw new CoreshipError('failed', `${show(words)} failed with status ${result.status}`, {
    details: lastLines(result.stderr || result.stdout),
  });
}

/**
 * Runs a command on the host and returns its result, whatever its status. It runs in its own session, so that Ctrl-C
 * reaches it only as an abort. On abort or time-out it is killed with all its children.
 *
 * @throws CoreshipError `failed` when it cannot be started or takes too long; `interrupted` on abort.
 */
export async function tryOnHost(words: readonly string[], options: HostOptions = {}): Promise<HostResult> {
  if (options.signal?.aborted) throw interrupted();
  if (options.inputFile === undefined) return await runToEnd(words, 'ignore', options);
  const input = await open(options.inputFile);
  try {
    return await runToEnd(words, input.fd, options);
  } finally {
    await input.close();
  }
}

function runToEnd(
  words: readonly string[],
  input: 'ignore' | number,
  options: HostOptions,
): Promise<HostResult> {
  const [program = '', ...rest] = words;
  const { timeoutMs = 30_000, signal, env } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: [input, 'pipe', 'pipe'],
      env: { ...process.env, PATH: searchPath(), ...env, LC_ALL: 'C' },
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const stop = (error: CoreshipError): void => {
      if (child.pid !== undefined) kill(-child.pid, 'SIGKILL');
      reject(error);
    };
    const abort = (): void => stop(interrupted());
    const timer = setTimeout(() => {
      const message = `${show(words)} took over ${timeoutMs / 1000} s`;
      stop(new CoreshipError('failed', message, { details: lastLines(stderr) }));
    }, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    const release = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    child.once('error', (cause) => {
      release();
      reject(new CoreshipError('failed', `cannot run ${program}: ${cause.message}`, { cause }));
    });
    child.once('close', (code) => {
      release();
      resolve({ status: code ?? 128, stdout, stderr });
    });
  });
}

/** The error of an aborted command. */
export function interrupted(): CoreshipError {
  return new CoreshipError('interrupted', 'interrupted', {
    hint: 'run the same command again; it cleans up and resumes',
  });
}

/** Sends a signal to a process, or to a group by its negative id (kill(2)). One that has ended is ignored. */
export function kill(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether the host has a program with that name. */
export async function hasProgram(name: string): Promise<boolean> {
  return (await tryOnHost(['sh', '-c', 'command -v "$0"', name])).status === 0;
}

/** The last lines of a command's or a console's output that are worth showing. */
export function lastLines(text: string, count = 8): readonly string[] {
  return text.trimEnd().split('\n').filter(Boolean).slice(-count);
}

/** Where programs are searched: after `su`, root's PATH may lack the system's folders. */
export function searchPath(): string {
  return `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`;
}

function show(words: readonly string[]): string {
  const text = words.join(' ');
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
