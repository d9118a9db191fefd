import { balancerStatus } from '../engines/balancer-status.ts';
import type { Engine } from '../engines/engine.ts';
import type { BalancerRef, Step } from '../plan/plan.ts';
import { isStopped } from '../plan/unit-state.ts';
import { serves } from '../services/registration.ts';
import { isRegistered } from './is-registered.ts';
import type { RolloutPorts } from './ports.ts';
import type { Probe } from './wait-until.ts';

type Served = Extract<Step, { kind: 'wait-served' | 'wait-unserved' }>;

/** Checks whether every load balancer sends requests to a backend; if not, which link of the chain is missing. */
export function probeServed(ports: RolloutPorts, { entry, balancers }: Served): Probe {
  const objection = async (balancer: BalancerRef): Promise<string | undefined> => {
    const status = await balancerStatus(ports.engine, balancer).catch(() => undefined);
    if (!status) return noAnswer(ports.engine, balancer);
    if (serves(status.services, entry)) return undefined;
    return behind('not in the upstream of', balancer, status.problem);
  };
  return async () => {
    const seen = await objections(balancers, objection);
    if (seen === '') return { done: true };
    // An instance that has left etcd meanwhile will not be served.
    if (!(await isRegistered(ports, entry)))
      return { done: false, seen: `${entry.key} is no longer in etcd` };
    return { done: false, seen };
  };
}

/**
 * Checks whether no load balancer sends requests to a backend. One that does not answer may still serve, unless its unit
 * is stopped.
 */
export function probeUnserved({ engine }: RolloutPorts, { entry, balancers }: Served): Probe {
  const objection = async (balancer: BalancerRef): Promise<string | undefined> => {
    const status = await balancerStatus(engine, balancer).catch(() => undefined);
    if (status && serves(status.services, entry))
      return behind('still in the upstream of', balancer, status.problem);
    if (status) return undefined;
    const [state] = await engine.states(balancer.machine.id, [balancer.unit]);
    return state && isStopped(state.active) ? undefined : noAnswer(engine, balancer);
  };
  return async () => {
    const seen = await objections(balancers, objection);
    return seen === '' ? { done: true } : { done: false, seen };
  };
}

/** Checks whether a load balancer answers at all. */
export function probeAnswering(engine: Engine, balancer: BalancerRef): Probe {
  return async () => {
    const answers = await balancerStatus(engine, balancer).then(
      () => true,
      () => false,
    );
    return answers ? { done: true } : { done: false, seen: await noAnswer(engine, balancer) };
  };
}

/** The objections of all load balancers in words; empty where there is none. */
async function objections(
  balancers: readonly BalancerRef[],
  objection: (balancer: BalancerRef) => Promise<string | undefined>,
): Promise<string> {
  const found = await Promise.all(balancers.map(objection));
  return found.filter((words) => words !== undefined).join(', ');
}

function behind(where: string, balancer: BalancerRef, problem: string | undefined): string {
  return `${where} ${nameOf(balancer)}${problem === undefined ? '' : `: ${problem}`}`;
}

/** A load balancer that does not answer is down, or its container is. */
async function noAnswer(engine: Engine, balancer: BalancerRef): Promise<string> {
  const [state] = await engine.states(balancer.machine.id, [balancer.unit]);
  if (!state || state.active === 'active') return `no answer from ${nameOf(balancer)}`;
  return `${nameOf(balancer)} is ${state.active} (${state.sub})`;
}

function nameOf({ unit, machine }: BalancerRef): string {
  return `${unit} on ${machine.name}`;
}
