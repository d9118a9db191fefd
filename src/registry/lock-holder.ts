import { CoreshipError } from '../errors.ts';
import { parseObject } from '../json.ts';
import type { LockHolder } from './registry.ts';

/** Reads who holds the lock. A key that something else wrote locks as well; what it does not say is unknown. */
export function readHolder(text: string): LockHolder {
  const { who, command, pid, since } = parseObject(text) ?? {};
  return {
    who: typeof who === 'string' ? who : 'somebody',
    command: typeof command === 'string' ? command : 'unknown',
    pid: typeof pid === 'number' ? pid : 0,
    since: typeof since === 'string' ? since : 'just now',
  };
}

/** The error where the lock was still held when the wait was over. */
export function lockHeld({ who, command, pid, since }: LockHolder, waitMs: number): CoreshipError {
  return new CoreshipError(
    'lock-held',
    `the lock is held by ${who}: ${command} (process ${pid}, since ${since})`,
    {
      hint: `waited ${Math.round(waitMs / 1000)} s; wait longer with --lock-wait SECONDS; the lock of a killed run expires after ${lockTtlSeconds} s`,
    },
  );
}

/** Seconds after which the lock of a killed run expires. */
export const lockTtlSeconds = 15;
