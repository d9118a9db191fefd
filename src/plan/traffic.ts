import type { RegistrationEntry } from '../services/registration.ts';
import type { BalancerRef, MachineRef, Step } from './plan.ts';

/** How requests reach an instance: its registration and its load balancers. */
export interface Traffic {
  /** Absent for services that do not register. */
  readonly entry?: RegistrationEntry;
  /** The running load balancers that route to the service. */
  readonly balancers: readonly BalancerRef[];
  /** Whether one of them has no other backend: it keeps its last one for some seconds. */
  readonly isOnlyBackend: boolean;
  /** The instance itself, where it is a load balancer. */
  readonly ownBalancer?: BalancerRef;
  /** Seconds between leaving the load balancers and the stop. */
  readonly drainSeconds: number;
  readonly startTimeoutSeconds: number;
}

/** Waits until an instance is active, registered and served; of its units, the first is the main unit. */
export function waitUntilServed(
  machine: MachineRef,
  units: readonly string[],
  traffic: Traffic,
): readonly Step[] {
  const steps: Step[] = [
    {
      kind: 'wait-active',
      machine,
      units,
      timeoutSeconds: traffic.startTimeoutSeconds,
      reason: 'the next instance is changed only when this one runs',
    },
  ];
  if (traffic.ownBalancer) {
    steps.push({
      kind: 'wait-answering',
      balancer: traffic.ownBalancer,
      reason: 'a load balancer must answer',
    });
  }
  if (!traffic.entry) return steps;
  steps.push({
    kind: 'wait-registered',
    entry: traffic.entry,
    machine,
    units,
    reason: 'its sidekick registers it once it answers',
  });
  if (traffic.balancers.length === 0) return steps;
  return [
    ...steps,
    {
      kind: 'wait-served',
      entry: traffic.entry,
      balancers: traffic.balancers,
      reason: 'every load balancer must send it requests',
    },
  ];
}

/** Takes an instance out of the registry by stopping its sidekicks. */
export function deregister(
  machine: MachineRef,
  sidekicks: readonly string[],
  traffic: Traffic,
): readonly Step[] {
  if (sidekicks.length === 0) return [];
  const stop: Step = { kind: 'stop', machine, units: sidekicks, reason: 'deregisters the instance' };
  if (!traffic.entry) return [stop];
  return [
    stop,
    { kind: 'wait-unregistered', entry: traffic.entry, reason: 'no client may find it any longer' },
  ];
}

/** Waits until no load balancer sends requests to an instance. */
export function waitUntilUnserved({ entry, balancers }: Traffic): readonly Step[] {
  if (!entry || balancers.length === 0) return [];
  return [{ kind: 'wait-unserved', entry, balancers, reason: 'no load balancer may send it new requests' }];
}

/** Takes an instance out of the registry and the load balancers, so that it may be stopped. */
export function withdraw(
  machine: MachineRef,
  sidekicks: readonly string[],
  traffic: Traffic,
): readonly Step[] {
  const steps = deregister(machine, sidekicks, traffic);
  const unserved = waitUntilUnserved(traffic);
  if (steps.length === 0 || unserved.length === 0) return steps;
  const drain: Step = {
    kind: 'drain',
    seconds: traffic.drainSeconds,
    reason: 'requests in flight may finish',
  };
  return [...steps, ...unserved, drain];
}
