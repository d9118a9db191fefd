import { constants } from 'node:os';
import type { Client, ClientChannel } from 'ssh2';
import { CoreshipError } from '../errors.ts';
import type { CommandResult, RemoteCommand, RunOptions } from './connection.ts';
import { quoteWords, showCommand } from './quote.ts';
import { interruptedError, lostError } from './ssh-errors.ts';

/**
 * Runs a command in a session of its own and resolves when it has ended and all its output is read. A command that
 * is given up is sent SIGTERM, where the machine allows that, and loses its input and output.
 */
export function execute(
  client: Client,
  name: string,
  command: RemoteCommand,
  { timeoutMs = 30_000, signal }: RunOptions,
): Promise<CommandResult> {
  const text = quoteWords(command.words);
  const shown = abridge(showCommand(command));
  const doing = `running \`${shown}\``;

  return new Promise((resolve, reject) => {
    let channel: ClientChannel | undefined;
    let settled = false;
    const settle = (finish: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      finish();
    };
    const abandon = (error: CoreshipError) =>
      settle(() => {
        if (channel) hangUp(channel);
        reject(error);
      });
    const interrupt = () => abandon(interruptedError(`${doing} on ${name}`, signal?.reason));
    const timer = setTimeout(() => abandon(timeoutError(name, shown, timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', interrupt, { once: true });

    if (signal?.aborted) return interrupt();
    try {
      client.exec(text, (error, opened) => {
        if (error) return abandon(openError(name, doing, error));
        channel = opened;
        if (settled) return hangUp(opened);
        collect(opened, (result) => {
          if (result) settle(() => resolve(result));
          else abandon(lostError(name, doing));
        });
        opened.end(command.stdin ?? '');
      });
    } catch (error) {
      abandon(lostError(name, doing, error));
    }
  });
}

/** Calls back when the session is closed; without a result where it closed before the command had ended. */
function collect(channel: ClientChannel, done: (result: CommandResult | undefined) => void): void {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let status: number | undefined;
  channel.on('data', (chunk: Buffer) => stdout.push(chunk));
  channel.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  channel.on('exit', (code: number | null, signalName?: string) => {
    status = code ?? 128 + signalNumber(signalName);
  });
  channel.on('close', () => {
    const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
    done(status === undefined ? undefined : { status, stdout: text(stdout), stderr: text(stderr) });
  });
}

function signalNumber(name: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[name ?? ''] ?? 0;
}

function hangUp(channel: ClientChannel): void {
  channel.signal('TERM');
  channel.destroy();
}

function timeoutError(name: string, shown: string, timeoutMs: number): CoreshipError {
  return new CoreshipError('failed', `${name}: \`${shown}\` did not end within ${timeoutMs / 1000} s`, {
    hint: 'it may still be running there: look before repeating',
  });
}

function openError(name: string, doing: string, error: Error): CoreshipError {
  if (/No response from server/.test(error.message)) return lostError(name, doing, error);
  return new CoreshipError('failed', `${name} refused a session while ${doing}: ${error.message}`, {
    hint: 'its sshd may allow fewer sessions on a connection (MaxSessions), or none for this user (ForceCommand)',
    cause: error,
  });
}

/** A script among the words must not fill the screen. */
function abridge(text: string): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
