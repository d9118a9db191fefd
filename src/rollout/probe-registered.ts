import type { Engine } from '../engines/engine.ts';
import { CoreshipError } from '../errors.ts';
import type { Step } from '../plan/plan.ts';
import type { RegistrationEntry } from '../services/registration.ts';
import type { RolloutPorts } from './ports.ts';
import { journalsOf } from './probe-active.ts';
import type { Diagnosis, Probe } from './wait-until.ts';

type WaitRegistered = Extract<Step, { kind: 'wait-registered' }>;

/** Looks whether an instance is in etcd; while it is not, whether its units still run. */
export function probeRegistered(ports: RolloutPorts, { entry, machine, units }: WaitRegistered): Probe {
  return async () => {
    if (await isRegistered(ports, entry)) return { done: true };
    const states = await ports.engine.states(machine.id, units);
    const down = states.filter(({ active }) => active !== 'active');
    const seen = down.map(({ name, active, sub }) => `${name} is ${active} (${sub})`).join(', ');
    return { done: false, seen: seen || 'not in etcd yet' };
  };
}

/** Looks whether a registration is gone from etcd. */
export function probeUnregistered(ports: RolloutPorts, entry: RegistrationEntry): Probe {
  return async () =>
    (await isRegistered(ports, entry)) ? { done: false, seen: 'still in etcd' } : { done: true };
}

/** Whether etcd holds a registration: its key with its very value. */
export async function isRegistered(
  { registry }: RolloutPorts,
  { key, value }: RegistrationEntry,
): Promise<boolean> {
  if (!registry) throw new CoreshipError('bug', 'a registration is waited for without a registry');
  const found = await registry.registrations(key);
  return found.some((entry) => entry.key === key && entry.value === value);
}

/** Why an instance is not in etcd, by the word of its sidekicks: theirs is the check. */
export async function whyUnregistered(
  engine: Engine,
  { machine, units }: WaitRegistered,
): Promise<Diagnosis> {
  const details = await journalsOf(engine, machine.id, units.slice(1));
  const lastCheck = details.findLast((line) => /\bcheck (?:failed|succeeded)\b/.test(line));
  const [failing] = /\bcheck failed\b.*/.exec(lastCheck ?? '') ?? [];
  return { details, ...(failing === undefined ? {} : { missing: failing }) };
}
