import { constants } from 'node:os';
import type { ClientChannel } from 'ssh2';
import type { CommandResult } from './connection.ts';

/**
 * Sends a command that has just been started its standard input, and resolves with its result once it has ended and all
 * its output is read; with undefined if the session closed before that. When the signal aborts, the command is sent
 * SIGTERM, if the machine allows it, and loses its input and output.
 */
export function collectResult(
  channel: ClientChannel,
  stdin: string,
  signal: AbortSignal,
): Promise<CommandResult | undefined> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let status: number | undefined;

    const hangUp = () => {
      channel.signal('TERM');
      channel.destroy();
      reject(signal.reason);
    };
    if (signal.aborted) return hangUp();
    signal.addEventListener('abort', hangUp, { once: true });

    channel.on('data', (chunk: Buffer) => stdout.push(chunk));
    channel.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    channel.on('exit', (code: number | null, signalName?: string) => {
      status = code ?? 128 + signalNumber(signalName);
    });
    channel.on('close', () => {
      signal.removeEventListener('abort', hangUp);
      const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
      resolve(status === undefined ? undefined : { status, stdout: text(stdout), stderr: text(stderr) });
    });
    channel.end(stdin);
  });
}

function signalNumber(name: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[name ?? ''] ?? 0;
}
