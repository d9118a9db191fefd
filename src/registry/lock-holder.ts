import { CoreshipError } from '../errors.ts';
import type { LockHolder } from './registry.ts';

/** Who holds the lock. A key that others wrote locks as well; what it does not say is unknown. */
export function readHolder(text: string): LockHolder {
  const said = readObject(text);
  const word = (key: 'who' | 'command' | 'since', unknown: string): string => {
    const value = said[key];
    return typeof value === 'string' ? value : unknown;
  };
  return {
    who: word('who', 'somebody'),
    command: word('command', 'unknown'),
    pid: typeof said.pid === 'number' ? said.pid : 0,
    since: word('since', 'just now'),
  };
}

/** The wait for the lock was in vain. */
export function lockHeld({ who, command, pid, since }: LockHolder, waitMs: number): CoreshipError {
  return new CoreshipError(
    'lock-held',
    `the lock is held by ${who}: ${command} (process ${pid}, since ${since})`,
    {
      hint: `waited ${Math.round(waitMs / 1000)} s; wait longer with --lock-wait SECONDS; a killed run's lock expires after ${lockTtlSeconds} s`,
    },
  );
}

/** Seconds until the lock of a killed run is free again. */
export const lockTtlSeconds = 15;

function readObject(text: string): Partial<Record<keyof LockHolder, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
