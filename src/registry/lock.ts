import { setTimeout as delay } from 'node:timers/promises';
import type { Etcd3, Lease } from 'etcd3';
import { CoreshipError } from '../errors.ts';
import type { Lock, LockHolder, LockRequest } from './registry.ts';

/** Seconds until the lock of a killed run is free again. */
const ttlSeconds = 15;

/** Seconds before its end from which a lease is not relied on: a step may begin right after the question. */
const marginSeconds = 2;

/** Milliseconds between two tries for a lock that somebody else holds. */
const retryMs = 500;

type Ask = <T>(what: string, question: Promise<T>) => Promise<T>;

/** Takes a project's lock: a key on a lease that this process keeps alive, and that dies with it. */
export async function acquireLock(client: Etcd3, request: LockRequest, ask: Ask): Promise<Lock> {
  const key = `/coreship/${request.project}/lock`;
  const deadline = Date.now() + request.waitMs;
  const lease = client.lease(ttlSeconds, { autoKeepAlive: true });
  // etcd3 tells of a lost lease only after twice its life, when another run may long have the lock. So what counts is
  // when the last keep-alive that was answered went out.
  let sent = performance.now();
  let confirmed = sent;
  let released = false;
  lease.on('keepaliveFired', () => {
    sent = performance.now();
  });
  lease.on('keepaliveSucceeded', () => {
    confirmed = sent;
  });
  try {
    let told = false;
    for (;;) {
      const holder = await ask('take the lock', tryOnce(client, lease, key, request.holder));
      if (!holder) break;
      if (!told) request.onWait(holder);
      told = true;
      if (Date.now() >= deadline) throw lockHeld(holder, request.waitMs);
      await pause(Math.min(retryMs, Math.max(deadline - Date.now(), 0)), request.signal);
    }
  } catch (error) {
    await lease.revoke().catch(() => undefined);
    throw error;
  }
  return {
    held: () => !released && performance.now() - confirmed < (ttlSeconds - marginSeconds) * 1000,
    release: async () => {
      released = true;
      // A lease that cannot be revoked runs out by itself.
      await lease.revoke().catch(() => undefined);
    },
  };
}

/** Puts the key if nobody has; else says who has. */
async function tryOnce(
  client: Etcd3,
  lease: Lease,
  key: string,
  holder: LockHolder,
): Promise<LockHolder | undefined> {
  const id = await lease.grant();
  const put = await client
    .if(key, 'Create', '==', 0)
    .then(client.put(key).value(JSON.stringify(holder)).lease(id))
    .else(client.get(key))
    .commit();
  const found = put.responses[0]?.response_range?.kvs[0];
  // A try whose answer was lost may have put the key already.
  if (put.succeeded || found?.lease === id) return undefined;
  return readHolder(found?.value.toString() ?? '');
}

/** Who holds the lock. A key that others wrote locks as well; what it does not say is unknown. */
function readHolder(text: string): LockHolder {
  try {
    const value: unknown = JSON.parse(text);
    return { ...unknownHolder, ...(typeof value === 'object' ? value : {}) };
  } catch {
    return unknownHolder;
  }
}

const unknownHolder: LockHolder = { who: 'somebody', command: 'unknown', pid: 0, since: 'just now' };

function lockHeld(holder: LockHolder, waitMs: number): CoreshipError {
  const { who, command, pid, since } = holder;
  return new CoreshipError(
    'lock-held',
    `the lock is held by ${who}: ${command} (process ${pid}, since ${since})`,
    {
      hint: `waited ${Math.round(waitMs / 1000)} s; wait longer with --lock-wait SECONDS; a killed run's lock expires after ${ttlSeconds} s`,
    },
  );
}

/** @throws CoreshipError `interrupted` as soon as the waiting is given up */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(milliseconds, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
    throw new CoreshipError('interrupted', 'interrupted while waiting for the lock; nothing was changed', {
      cause,
    });
  });
}
