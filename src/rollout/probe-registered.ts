import { CoreshipError } from '../errors.ts';
import type { RegistrationEntry } from '../services/registration.ts';
import type { RolloutPorts } from './ports.ts';
import type { Probe } from './wait-until.ts';

/** Looks whether a registration is in etcd, or is gone from there: its key with its very value. */
export function probeRegistered(
  { registry }: RolloutPorts,
  { key, value }: RegistrationEntry,
  wanted: boolean,
): Probe {
  return async () => {
    if (!registry) throw new CoreshipError('bug', 'a registration is waited for without a registry');
    const found = await registry.registrations(key);
    const there = found.some((entry) => entry.key === key && entry.value === value);
    return there === wanted
      ? { done: true }
      : { done: false, seen: there ? 'still in etcd' : 'not in etcd yet' };
  };
}
