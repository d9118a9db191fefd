import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreshipError } from '../errors.ts';
import { type Bastions, createBastions } from './bastions.ts';
import type { Connect, Connection } from './connection.ts';
import { dialTcp } from './dial.ts';
import { createResolveTarget, type Login, type ResolveTarget } from './resolve-target.ts';
import {
  DroppedEarly,
  describe,
  errorCode,
  interruptedError,
  unreachableError,
  unsupportedError,
} from './ssh-errors.ts';
import { createConnection } from './ssh2-connection.ts';

/**
 * Makes a `Connect` on ssh2, which is loaded when the first connection is opened. The user's ssh configuration is
 * read once for each host. Targets behind the same bastion share one connection to it, which closes with the last
 * of them.
 */
export function createConnect(resolve: ResolveTarget = createResolveTarget()): Connect {
  const connect: Connect = async (target, signal) => {
    try {
      signal?.throwIfAborted();
      // One signal stops any number of connections; Node takes more than ten listeners for a leak.
      if (signal) setMaxListeners(0, signal);
      const login = await resolve(target);
      refuseUnsupported(login);
      await refuseLoop(login, resolve);
      return await openLogin(login, bastions, signal);
    } catch (error) {
      if (signal?.aborted) throw interruptedError(`connecting to ${target.name}`, signal.reason);
      throw error;
    }
  };
  // Without a signal: when one user of a bastion gives up, the others keep it.
  const bastions = createBastions((target) => connect(target));
  return connect;
}

/** How often to try a machine that drops connections before the login, as a busy sshd does. */
const maxTries = 4;

async function openLogin(login: Login, bastions: Bastions, signal?: AbortSignal): Promise<Connection> {
  const lease = login.bastion && (await bastions.lease(login.bastion, signal));
  const dial = () =>
    lease
      ? lease.connection.openTcp(login.hostname, login.port).catch((error) => {
          throw unreachableError(login, error);
        })
      : dialTcp(login.hostname, login.port, login.connectTimeoutMs ?? 10_000, signal);
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await openOnce(login, dial, () => lease?.release(), signal);
      } catch (error) {
        if (error instanceof CoreshipError) throw error;
        if (tries === maxTries || !isTransient(error)) throw unreachableError(login, error);
      }
      // With jitter: connections that were dropped at the same time must not all come back at the same time.
      await sleep(100 * 2 ** tries * (0.5 + Math.random()), undefined, signal && { signal });
    }
  } catch (error) {
    lease?.release();
    throw error;
  }
}

async function openOnce(
  login: Login,
  dial: () => Promise<Duplex>,
  onClosed: () => void,
  signal?: AbortSignal,
): Promise<Connection> {
  const { logIn } = await import('./client.ts');
  let stream: Duplex | undefined;
  const dialAndKeep = async (): Promise<Duplex> => {
    stream = await dial();
    return stream;
  };
  const client = await logIn(login, dialAndKeep, signal);
  client.once('close', onClosed);
  return createConnection(client, login, () => stream?.destroy());
}

function isTransient(error: unknown): boolean {
  return error instanceof DroppedEarly || errorCode(error) === 'ECONNRESET';
}

function refuseUnsupported(login: Login): void {
  if (login.proxyCommand !== undefined) {
    throw unsupportedError(
      login,
      `ProxyCommand ${login.proxyCommand}`,
      'use ProxyJump in the ssh configuration, or `bastion` in coreship.yaml, where it does the same',
    );
  }
}

/** More bastions in a row than anybody has. */
const maxHops = 8;

/** Bastions that lead to each other would wait for each other for ever. ssh(1) itself detects only the shortest loop. */
async function refuseLoop(login: Login, resolve: ResolveTarget): Promise<void> {
  const hops = [describe(login)];
  for (let next = login.bastion; next !== undefined; ) {
    const hop = await resolve(next);
    hops.push(describe(hop));
    if (hops.length > maxHops) {
      throw new CoreshipError('config', `the bastions of ${describe(login)} form a loop`, {
        hint: 'set `ProxyJump none` for the first bastion in the ssh configuration',
        details: hops,
      });
    }
    next = hop.bastion;
  }
}
