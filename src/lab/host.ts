import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';

/** Limits and surroundings of one command on the host. */
export interface HostOptions {
  /** Milliseconds until the command is killed. Default 30 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** File for standard input; default none. */
  readonly inputFile?: string;
  /** Variables beside those of this process. */
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
 * Runs a command on the host, without a shell, and gives its standard output.
 *
 * @throws CoreshipError `failed` with the last lines of its error output; `interrupted` on abort.
 */
export async function host(words: readonly string[], options: HostOptions = {}): Promise<string> {
  const result = await tryHost(words, options);
  if (result.status === 0) return result.stdout;
  throw new CoreshipError('failed', `${show(words)} failed with status ${result.status}`, {
    details: lastLines(result.stderr || result.stdout),
  });
}

/**
 * Runs a command on the host and gives its result, whatever its status.
 *
 * @throws CoreshipError `failed` when it cannot be started or takes too long; `interrupted` on abort.
 */
export async function tryHost(words: readonly string[], options: HostOptions = {}): Promise<HostResult> {
  const [program = '', ...rest] = words;
  const { timeoutMs = 30_000, signal, inputFile, env } = options;
  if (signal?.aborted) throw interrupted(words);
  const input = inputFile === undefined ? undefined : await open(inputFile);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(program, rest, {
        stdio: [input?.fd ?? 'ignore', 'pipe', 'pipe'],
        env: { ...process.env, PATH: searchPath(), ...env, LC_ALL: 'C' },
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
      const give = (error: CoreshipError): void => {
        child.kill('SIGKILL');
        // A grandchild may hold the pipes open for as long as it likes.
        child.stdout?.destroy();
        child.stderr?.destroy();
        reject(error);
      };
      const abort = (): void => give(interrupted(words));
      const timer = setTimeout(() => {
        const details = lastLines(Buffer.concat(err).toString());
        give(new CoreshipError('failed', `${show(words)} took over ${timeoutMs / 1000} s`, { details }));
      }, timeoutMs);
      signal?.addEventListener('abort', abort, { once: true });
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      child.once('error', (cause) => {
        settled();
        reject(new CoreshipError('failed', `cannot run ${program}`, { cause }));
      });
      child.once('close', (code) => {
        settled();
        const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
        resolve({ status: code ?? 128, stdout: text(out), stderr: text(err) });
      });
    });
  } finally {
    await input?.close();
  }
}

/** The last lines of a command's or a console's output that are worth showing. */
export function lastLines(text: string, count = 8): readonly string[] {
  return text.trimEnd().split('\n').filter(Boolean).slice(-count);
}

/** Where programs are looked for: a root that came by `su` may lack the folders of the system's own. */
export function searchPath(): string {
  return `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`;
}

function show(words: readonly string[]): string {
  const text = words.join(' ');
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

function interrupted(words: readonly string[]): CoreshipError {
  return new CoreshipError('interrupted', `interrupted: ${show(words)}`);
}
