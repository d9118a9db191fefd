import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreshipError } from '../errors.ts';
import { type Bastions, createBastions } from './bastions.ts';
import type { Connect, Connection } from './connection.ts';
import { dialTcp } from './dial.ts';
import { DroppedEarly } from './dropped-early.ts';
import { manyListeners } from './many-listeners.ts';
import { createResolveTarget, type Login, type ResolveTarget } from './resolve-target.ts';
import { describe, errorCode, interruptedError, unreachableError, unsupportedError } from './ssh-errors.ts';
import { createConnection } from './ssh2-connection.ts';

/**
 * Makes a `Connect` on ssh2, which is loaded when the first connection is opened. The user's ssh configuration is
 * read once for each host; targets behind the same bastion share one connection to it, which closes with the last
 * of them.
 */
export function createConnect(resolve: ResolveTarget = createResolveTarget()): Connect {
  const connect: Connect = async (target, signal) => {
    try {
      signal?.throwIfAborted();
      if (signal) manyListeners(signal);
      const login = await resolve(target);
      refuseUnsupported(login);
      await refuseLoop(login, resolve);
      return await openLogin(login, bastions, signal);
    } catch (error) {
      if (signal?.aborted) throw interruptedError(`connecting to ${target.name}`, signal.reason);
      throw error;
    }
  };
  // Without a signal: one user's giving up must not break the way of the others.
  const bastions = createBastions((target) => connect(target));
  return connect;
}

/** Tries for a machine that drops connections before the login, as a busy sshd does. */
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
        if (tries === maxTries || !mayPass(error)) throw unreachableError(login, error);
      }
      // With jitter: those who were dropped together must not come back together.
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
  const keep = async (): Promise<Duplex> => {
    stream = await dial();
    return stream;
  };
  const client = await logIn(login, keep, signal);
  client.once('close', onClosed);
  return createConnection(client, login, () => stream?.destroy());
}

function mayPass(error: unknown): boolean {
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

/** More than anybody has bastions in a row. */
const maxHops = 8;

/** Bastions that lead to each other would wait for each other for ever; ssh(1) itself sees only the shortest loop. */
async function refuseLoop(login: Login, resolve: ResolveTarget): Promise<void> {
  const hops = [describe(login)];
  for (let next = login.bastion; next !== undefined; ) {
    const hop = await resolve(next);
    hops.push(describe(hop));
    if (hops.length > maxHops) {
      throw new CoreshipError('config', `the way to ${describe(login)} goes round in circles`, {
        hint: 'set `ProxyJump none` for the first bastion in the ssh configuration',
        details: hops,
      });
    }
    next = hop.bastion;
  }
}
