import { assertNever, CoreshipError } from '../errors.ts';
import type { BalancerRef, Step } from '../plan/plan.ts';
import type { RegistrationEntry } from '../services/registration.ts';
import { servedBackends } from './balancer.ts';
import type { RolloutPorts } from './ports.ts';
import { journalsOf, lookActive } from './wait-active.ts';
import { type Look, type WaitWatch, waitUntil } from './wait-until.ts';

/** Milliseconds for registry and load balancers to follow: more than a lease's life and a slow re-read. */
const followTimeoutMs = 60_000;

/** Does one step of a plan, or waits for what it waits for. */
export async function performStep(step: Step, ports: RolloutPorts, watch: WaitWatch): Promise<void> {
  const { engine, clock } = ports;
  const follow = (what: string, look: Look, details?: () => Promise<readonly string[]>): Promise<void> =>
    waitUntil(look, { what, timeoutMs: followTimeoutMs, clock, watch, ...(details ? { details } : {}) });
  switch (step.kind) {
    case 'install':
      return engine.install(step.machine.id, step.units);
    case 'start':
      return engine.start(step.machine.id, step.units);
    case 'stop':
      return engine.stop(step.machine.id, step.units);
    case 'remove':
      return engine.remove(step.machine.id, step.units);
    case 'drain':
      return clock.sleep(step.seconds * 1000);
    case 'wait-active': {
      const what = `${step.units.join(', ')} on ${step.machine.name} active`;
      const timeoutMs = step.timeoutSeconds * 1000;
      return waitUntil(lookActive(engine, step), { what, timeoutMs, clock, watch });
    }
    case 'wait-registered':
      return follow(`${step.entry.key} registered`, lookRegistered(ports, step.entry, true), () =>
        journalsOf(engine, step.machine.id, step.sidekicks),
      );
    case 'wait-unregistered':
      return follow(`${step.entry.key} deregistered`, lookRegistered(ports, step.entry, false));
    case 'wait-served':
      return follow(`${step.backend} served`, lookServed(ports, step.backend, step.balancers, true));
    case 'wait-unserved':
      return follow(
        `${step.backend} no longer served`,
        lookServed(ports, step.backend, step.balancers, false),
      );
    case 'wait-answering':
      return follow(`${step.balancer.unit} answering`, lookAnswering(ports, step.balancer), () =>
        journalsOf(engine, step.balancer.machine.id, [step.balancer.unit]),
      );
    default:
      return assertNever(step);
  }
}

function lookRegistered(ports: RolloutPorts, { key, value }: RegistrationEntry, wanted: boolean): Look {
  return async () => {
    if (!ports.registry) throw new CoreshipError('bug', 'a registration is waited for without a registry');
    const found = await ports.registry.registrations(key);
    const there = found.some((entry) => entry.key === key && entry.value === value);
    return there === wanted
      ? { done: true }
      : { done: false, seen: there ? 'still in etcd' : 'not in etcd yet' };
  };
}

function lookServed(
  ports: RolloutPorts,
  backend: string,
  balancers: readonly BalancerRef[],
  wanted: boolean,
): Look {
  return async () => {
    const lists = await Promise.all(balancers.map((balancer) => askBalancer(ports, balancer)));
    // A load balancer that does not answer sends nobody anywhere, but it must come back before it counts as serving.
    const pending = balancers.filter((_, index) => (lists[index]?.includes(backend) ?? false) !== wanted);
    if (pending.length === 0) return { done: true };
    const names = pending.map(({ unit, machine }) => `${unit} on ${machine.name}`).join(', ');
    return {
      done: false,
      seen: wanted ? `not in the upstream of ${names}` : `still in the upstream of ${names}`,
    };
  };
}

function lookAnswering(ports: RolloutPorts, balancer: BalancerRef): Look {
  return async () =>
    (await askBalancer(ports, balancer))
      ? { done: true }
      : { done: false, seen: 'no answer from confd-watch status' };
}

async function askBalancer(
  ports: RolloutPorts,
  balancer: BalancerRef,
): Promise<readonly string[] | undefined> {
  return servedBackends(ports.engine, balancer).catch(() => undefined);
}
