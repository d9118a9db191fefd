import { CoreshipError } from '../errors.ts';
import type { RegistrationEntry } from '../services/registration.ts';
import type { RolloutPorts } from './ports.ts';

/** Whether etcd holds a registration: its key with exactly its value. */
export async function isRegistered(
  { registry }: RolloutPorts,
  { key, value }: RegistrationEntry,
): Promise<boolean> {
  if (!registry)
    throw new CoreshipError('bug', 'a plan waits for a registration, and the cluster has no etcd');
  const found = await registry.registrations(key);
  return found.some((entry) => entry.key === key && entry.value === value);
}
