import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { CoreshipError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { quoteWords } from './quote.ts';
import type { Login } from './resolve-target.ts';
import { createRunner } from './runner.ts';
import { lostError } from './ssh-errors.ts';
import { asRoot, throwIfSudoFailed } from './sudo.ts';

const openTimeoutMs = 15_000;

/** A connection on top of an ssh2 client that has logged in; `cut` destroys the stream below it. */
export function createConnection(client: Client, login: Login, cut: () => void): Connection {
  const runNow = createRunner(client, login.name);
  let open = true;
  const closed = new Promise<void>((resolve) => {
    client.once('close', () => {
      open = false;
      resolve();
    });
  });

  return {
    run: async (command, options = {}) => {
      const actual = asRoot(command, login.user);
      const result = await runNow(actual, options);
      if (actual !== command) throwIfSudoFailed(login, command, result);
      return result;
    },
    openCommand: ({ words }) =>
      openStream(login.name, words.join(' '), (done) => client.exec(quoteWords(words), done)),
    openTcp: (host, port) =>
      openStream(login.name, `${host}:${port}`, (done) =>
        client.forwardOut('127.0.0.1', 0, host, port, done),
      ),
    openUnix: (path) =>
      openStream(login.name, path, (done) => client.openssh_forwardOutStreamLocal(path, done)),
    close: async () => {
      if (!open) return;
      client.end();
      // ssh2 does not destroy a stream that it has ended; one to a machine that is gone would stay open for minutes.
      const timer = setTimeout(cut, 2_000);
      await closed;
      clearTimeout(timer);
    },
    closed,
  };
}

type Done = (error: Error | undefined, channel: ClientChannel) => void;

function openStream(name: string, to: string, start: (done: Done) => unknown): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(forwardError(name, to, error));
    };
    const timer = setTimeout(() => fail(new Error('no answer in time')), openTimeoutMs);
    try {
      start((error, channel) => {
        if (error) return fail(error);
        clearTimeout(timer);
        resolve(channel);
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** A reason code of RFC 4254 5.1. */
const prohibited = 1;

function forwardError(name: string, to: string, error: unknown): CoreshipError {
  if (error instanceof Error && /Not connected|No response from server/.test(error.message)) {
    return lostError(name, `opening a stream to ${to}`, error);
  }
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined;
  const what =
    error instanceof Error ? error.message.replace(/^\(SSH\) Channel open failure: /, '') : String(error);
  return new CoreshipError('failed', `${name} could not open a stream to ${to}: ${what}`, {
    hint:
      reason === prohibited
        ? 'its sshd forbids it: see AllowTcpForwarding, AllowStreamLocalForwarding and PermitOpen in sshd_config'
        : `check that something listens on ${to} there, and that the login user may reach it`,
    cause: error,
  });
}
