import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { CoreshipError } from '../errors.ts';
import { createLimiter } from '../limiter.ts';
import type { CommandResult, RemoteCommand, RunOptions } from './connection.ts';
import { quoteWords } from './quote.ts';
import { collectResult } from './session.ts';
import { interruptedError, lostError } from './ssh-errors.ts';

/** sshd allows ten sessions on a connection (sshd_config(5), MaxSessions); forwards do not count. */
const maxSessions = 8;

/** Runs commands over one client: each in its own session, and no more at a time than sshd allows. */
export function createRunner(
  client: Client,
  name: string,
): (command: RemoteCommand, options: RunOptions) => Promise<CommandResult> {
  const sessions = createLimiter(maxSessions);
  let running = 0;

  /**
   * Starts a command. Tries again while sshd has no session left: it still counts those that have just ended, and may
   * allow fewer than usual. A command whose session was refused has not run.
   */
  const start = async ({ text, stdin, doing }: Job, signal: AbortSignal): Promise<Started> => {
    for (let idleTries = 0; ; idleTries += running === 0 ? 1 : 0) {
      try {
        return await exec(client, text, stdin, signal);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (!isRefusal(error)) throw lostError(name, doing, error);
        if (idleTries === 10) throw refusedError(name, doing, error);
      }
      await sleep(10 * (idleTries + 1), undefined, { signal });
    }
  };

  const runNow = async (job: Job, signal: AbortSignal): Promise<CommandResult> => {
    const { ended } = await start(job, signal);
    running += 1;
    try {
      return (await ended) ?? fail(lostError(name, job.doing));
    } finally {
      running -= 1;
    }
  };

  return async (command, { timeoutMs = 30_000, signal }) => {
    const text = quoteWords(command.words);
    const shown = abridge(text);
    const doing = `running \`${shown}\``;
    const job: Job = { text, stdin: command.stdin ?? '', doing };
    const limit = new AbortController();
    const interrupt = () => limit.abort(interruptedError(`${doing} on ${name}`, signal?.reason));
    // One signal stops any number of commands; Node takes more than ten listeners for a leak.
    if (signal) setMaxListeners(0, signal);
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await sessions(async () => {
        const timer = setTimeout(() => limit.abort(timeoutError(name, shown, timeoutMs)), timeoutMs);
        try {
          return await runNow(job, limit.signal);
        } finally {
          clearTimeout(timer);
        }
      }, limit.signal);
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  };
}

/** A command, ready to be sent. */
interface Job {
  readonly text: string;
  readonly stdin: string;
  /** `running ...`, for messages. */
  readonly doing: string;
}

interface Started {
  readonly ended: Promise<CommandResult | undefined>;
}

function exec(client: Client, text: string, stdin: string, signal: AbortSignal): Promise<Started> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    client.exec(text, (error, channel) => {
      signal.removeEventListener('abort', giveUp);
      if (error) return reject(error);
      // Without waiting: the end of a quick command arrives with the reply to its start.
      const ended = collectResult(channel, stdin, signal);
      if (signal.aborted) ended.catch(() => {});
      else resolve({ ended });
    });
  });
}

/** ssh2 passes on the reason code of a refusal (RFC 4254 5.1); for a lost connection there is none. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && ('reason' in error || /Unable to exec/.test(error.message));
}

function refusedError(name: string, doing: string, cause: unknown): CoreshipError {
  return new CoreshipError('failed', `${name} refused a session for ${doing}`, {
    hint: 'its sshd may allow no sessions on a connection (MaxSessions), or none for this user',
    cause,
  });
}

function timeoutError(name: string, shown: string, timeoutMs: number): CoreshipError {
  return new CoreshipError('failed', `${name}: \`${shown}\` did not end within ${timeoutMs / 1000} s`, {
    hint: 'it may still be running there: check before you repeat it',
  });
}

/** Keeps a script among the words from filling the screen. */
function abridge(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function fail(error: CoreshipError): never {
  throw error;
}
