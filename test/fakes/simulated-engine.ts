import type { Engine } from '../../src/engines/engine.ts';
import type { Step } from '../../src/plan/plan.ts';
import type { Lock, LockRequest, Registry } from '../../src/registry/registry.ts';
import { FakeLock } from './fake-registry.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** The simulated cluster behind the interface of an engine; `calls` counts what changed it. */
export function simulatedEngine(cluster: SimulatedCluster, calls: string[] = []): Engine {
  const change = (kind: 'start' | 'stop' | 'remove') => (id: string, units: readonly string[]) => {
    calls.push(`${kind} ${units.join(' ')}`);
    const step: Step = { kind, machine: { id, name: id }, units, reason: '' };
    return Promise.resolve(cluster.apply(step));
  };
  return {
    observe: () => Promise.resolve(cluster.facts().observation),
    install: (machine, units) => {
      calls.push(`install ${units.map(({ name }) => name).join(' ')}`);
      return Promise.resolve(units.forEach((unit) => void cluster.install(machine, unit)));
    },
    start: change('start'),
    stop: change('stop'),
    remove: change('remove'),
    states: (machine, units) => Promise.resolve(cluster.states(machine, units)),
    journal: () => Promise.resolve([]),
    run: (id, words) => {
      const unit = `${words[2] ?? ''}.service`;
      const lists = cluster.lists({ unit, machine: { id, name: id } });
      return lists
        ? Promise.resolve(JSON.stringify({ version: 1, services: lists }))
        : Promise.reject(new Error('no such container'));
    },
    awaitPlacement: () => Promise.resolve(undefined),
    maxParallelChanges: 1,
    toStoredForm: ({ text }) => text,
    lint: () => [],
  };
}

/** The registry of the simulated cluster; what happens when its lock is asked for is up to the test. */
export function simulatedRegistry(
  cluster: SimulatedCluster,
  lock: (request: LockRequest) => Promise<Lock> = () => Promise.resolve(new FakeLock()),
): Registry {
  return {
    registrations: (prefix) =>
      Promise.resolve(cluster.registrations().filter(({ key }) => key.startsWith(prefix))),
    lock,
    close: () => Promise.resolve(),
  };
}
