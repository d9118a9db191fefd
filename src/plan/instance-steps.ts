import { assertNever } from '../errors.ts';
import type { Draft, Instance } from './draft.ts';
import type { Step } from './plan.ts';
import { deregister, type Traffic, waitUntilServed, waitUntilUnserved, withdraw } from './traffic.ts';

/** Brings an instance to its machine, or changes it there, and waits until it is served. */
export function arrivalSteps(
  { action, reason }: Draft['change'],
  instance: Instance,
  traffic: Traffic,
): readonly Step[] {
  const { group, machine } = instance;
  const units = group.units.map(({ name }) => name);
  const install: Step = {
    kind: 'install',
    machine,
    units: group.units.map(({ name, text }) => ({ name, text })),
    reason: 'writes the reviewed files',
  };
  const start: Step = { kind: 'start', machine, units, reason };
  const served = waitUntilServed(machine, units, traffic);
  const reinstall = [...removeDropped(instance), install, start, ...served];
  switch (action) {
    case 'create':
    case 'move':
      return [install, start, ...served];
    case 'start':
      return [start, ...served];
    case 'wait':
      return served;
    case 'refresh':
      return [
        ...deregister(machine, sidekicksOf(instance), traffic),
        // A load balancer keeps its only backend while that one's sidekick is replaced.
        ...(traffic.isOnlyBackend ? [] : waitUntilUnserved(traffic)),
        ...reinstall,
      ];
    case 'replace':
      return [
        ...withdraw(machine, sidekicksOf(instance), traffic),
        {
          kind: 'stop',
          machine,
          units: [group.main],
          reason: 'systemd applies a new file only at the next start',
        },
        ...reinstall,
      ];
    case 'remove':
      return [];
    default:
      return assertNever(action);
  }
}

/** Takes an instance out of the registry and the load balancers, stops it, and only then removes it. */
export function departureSteps(
  { reason }: Draft['change'],
  instance: Instance,
  traffic: Traffic,
): readonly Step[] {
  const { group, machine, observed } = instance;
  if (observed.length === 0) {
    return [{ kind: 'remove', machine, units: group.units.map(({ name }) => name), reason }];
  }
  const units = observed.map(({ name }) => name);
  return [
    ...withdraw(machine, sidekicksOf(instance), traffic),
    { kind: 'stop', machine, units, reason },
    { kind: 'remove', machine, units, reason },
  ];
}

function sidekicksOf({ group, observed }: Instance): readonly string[] {
  return observed.map(({ name }) => name).filter((name) => name !== group.main);
}

/** Removes units that no longer belong to the instance, such as the sidekick of a service that registers no more. */
function removeDropped({ group, machine, observed }: Instance): readonly Step[] {
  const kept = new Set(group.units.map(({ name }) => name));
  const units = observed.map(({ name }) => name).filter((name) => !kept.has(name));
  if (units.length === 0) return [];
  return [{ kind: 'remove', machine, units, reason: 'no longer part of the instance' }];
}
