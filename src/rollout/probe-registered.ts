import { defined } from '../defined.ts';
import type { Engine } from '../engines/engine.ts';
import type { Step } from '../plan/plan.ts';
import type { RegistrationEntry } from '../services/registration.ts';
import { isRegistered } from './is-registered.ts';
import { journalsOf } from './journals.ts';
import type { RolloutPorts } from './ports.ts';
import type { Diagnosis, Probe } from './wait-until.ts';

type WaitRegistered = Extract<Step, { kind: 'wait-registered' }>;

/** Checks whether an instance is in etcd; while it is not, whether its units still run. */
export function probeRegistered(ports: RolloutPorts, { entry, machine, units }: WaitRegistered): Probe {
  return async () => {
    if (await isRegistered(ports, entry)) return { done: true };
    const states = await ports.engine.states(machine.id, units);
    const down = states.filter(({ active }) => active !== 'active');
    const seen = down.map(({ name, active, sub }) => `${name} is ${active} (${sub})`).join(', ');
    return { done: false, seen: seen || 'not in etcd yet' };
  };
}

/** Checks whether a registration is gone from etcd. */
export function probeUnregistered(ports: RolloutPorts, entry: RegistrationEntry): Probe {
  return async () =>
    (await isRegistered(ports, entry)) ? { done: false, seen: 'still in etcd' } : { done: true };
}

/** Why an instance is not in etcd, as the journals of its sidekicks say: they make the check. */
export async function whyUnregistered(
  engine: Engine,
  { machine, units }: WaitRegistered,
): Promise<Diagnosis> {
  const details = await journalsOf(engine, machine.id, units.slice(1));
  const lastCheck = details.findLast((line) => /\bcheck (?:failed|succeeded)\b/.test(line));
  const [missing] = /\bcheck failed\b.*/.exec(lastCheck ?? '') ?? [];
  return defined({ details, missing });
}
