import type { Engine } from '../engines/engine.ts';
import type { BalancerRef } from '../plan/plan.ts';
import { servedBackends } from './balancer.ts';
import type { Probe } from './wait-until.ts';

/** Looks whether every load balancer sends requests to a backend. */
export function probeServed(engine: Engine, backend: string, balancers: readonly BalancerRef[]): Probe {
  return () => {
    return probeAll(balancers, async (balancer) => {
      const backends = await servedBackends(engine, balancer).catch(() => undefined);
      if (!backends) return 'no answer from';
      return backends.includes(backend) ? undefined : 'not in the upstream of';
    });
  };
}

/**
 * Looks whether no load balancer sends requests to a backend any more. One that does not answer may well be serving;
 * only where its unit does not run it certainly is not.
 */
export function probeUnserved(engine: Engine, backend: string, balancers: readonly BalancerRef[]): Probe {
  return () => {
    return probeAll(balancers, async (balancer) => {
      const backends = await servedBackends(engine, balancer).catch(() => undefined);
      if (backends) return backends.includes(backend) ? 'still in the upstream of' : undefined;
      const [state] = await engine.states(balancer.machine.id, [balancer.unit]);
      return state && ['inactive', 'failed'].includes(state.active) ? undefined : 'no answer from';
    });
  };
}

/** Looks whether a load balancer answers at all. */
export function probeAnswering(engine: Engine, balancer: BalancerRef): Probe {
  return async () => {
    const backends = await servedBackends(engine, balancer).catch(() => undefined);
    return backends ? { done: true } : { done: false, seen: 'no answer from confd-watch status' };
  };
}

/** Done once nothing speaks against it at any load balancer. */
async function probeAll(
  balancers: readonly BalancerRef[],
  objection: (balancer: BalancerRef) => Promise<string | undefined>,
): ReturnType<Probe> {
  const objections = await Promise.all(
    balancers.map(async (balancer) => {
      const word = await objection(balancer);
      return word === undefined ? [] : [`${word} ${balancer.unit} on ${balancer.machine.name}`];
    }),
  );
  const seen = objections.flat();
  return seen.length === 0 ? { done: true } : { done: false, seen: seen.join(', ') };
}
