import { describe, expect, it } from 'vitest';
import { type ClusterFacts, runningBalancers, viewCluster } from '../../src/plan/cluster-view.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { ActiveState } from '../../src/plan/unit-state.ts';
import { SimulatedCluster } from '../fakes/simulated-cluster.ts';
import { apacheLike, balancerLike } from '../services/sample-services.ts';
import { carryOut, planFor, want } from './scenario.ts';

const services = [apacheLike(), balancerLike()];

/** Two instances behind a load balancer, each on a machine of its own. */
function running(): SimulatedCluster {
  const cluster = new SimulatedCluster(services, { m1: {}, m2: {}, m3: {} });
  carryOut(cluster, planFor(cluster, want(services, { apache: ['7777', '8888'], nginx_lb: [] })));
  return cluster;
}

/** Whether 7777 counts as served when this is seen. */
function isServed(seen: ClusterFacts): boolean {
  const view = viewCluster(seen);
  const found = view.groups.find(({ group }) => group.instance === '7777');
  return found !== undefined && view.isServed(found.group, found.machine);
}

describe('isServed', () => {
  it('is true where registry and every load balancer have the instance', () => {
    expect(isServed(running().facts())).toBe(true);
  });

  it.each<[name: string, change: (seen: ClusterFacts) => ClusterFacts]>([
    ['it is not registered', (seen) => ({ ...seen, registrations: [] })],
    [
      'its key says something else, as another machine’s under key: host',
      (seen) => ({
        ...seen,
        registrations: (seen.registrations ?? []).map(({ key }) => ({ key, value: '10.9.9.9:7777' })),
      }),
    ],
    [
      'a load balancer does not have it',
      (seen) => ({ ...seen, serving: seen.serving.map(({ balancer }) => ({ balancer, lists: {} })) }),
    ],
    [
      'a load balancer has it for another service only',
      (seen) => ({
        ...seen,
        serving: seen.serving.map(({ balancer, lists }) => ({
          balancer,
          lists: { shop: lists?.['apache'] ?? [] },
        })),
      }),
    ],
    [
      'a load balancer does not answer',
      (seen) => ({ ...seen, serving: seen.serving.map(({ balancer }) => ({ balancer })) }),
    ],
  ])('is false where %s', (_, change) => {
    expect(isServed(change(running().facts()))).toBe(false);
  });

  it('is true without etcd: there is nothing to see', () => {
    const { registrations: _, ...seen } = running().facts();
    expect(isServed({ ...seen, serving: [] })).toBe(true);
  });
});

describe('runningBalancers', () => {
  it('names the load balancers that are active, with the container to ask', () => {
    expect(runningBalancers(running().facts().observation, services)).toEqual([
      {
        unit: 'nginx_lb.service',
        machine: { id: 'id-of-m3', name: 'm3' },
        runtime: 'docker',
        container: 'nginx_lb',
      },
    ]);
  });

  it.each<ActiveState>(['inactive', 'activating', 'failed'])('leaves out one that is %s', (active) => {
    const cluster = running();
    cluster.disturb('id-of-m3', 'nginx_lb.service', { active });
    expect(runningBalancers(cluster.facts().observation, services)).toEqual([]);
  });
});

describe('missingAddresses', () => {
  it('names the variables that ports need and the machine does not have', () => {
    const seen = running().facts();
    const view = viewCluster(seen);
    const [found] = view.groups.filter(({ group }) => group.service === 'nginx_lb');
    if (!found) throw new Error('nginx_lb was not found');
    expect(view.missingAddresses(found.group, found.machine)).toEqual([]);
    expect(
      view.missingAddresses(found.group, { ...found.machine, addresses: { private: '10.0.0.1' } }),
    ).toEqual(['COREOS_PUBLIC_IPV4']);
  });

  it('refuses a plan that would publish a port on all addresses instead', () => {
    const seen = new SimulatedCluster(services, { m1: {} }).facts();
    const [machine] = seen.observation.machines.map((one) => ({ ...one, addresses: {} }));
    const observation = { ...seen.observation, machines: machine ? [machine] : [] };
    expect(() =>
      makePlan(want(services, { apache: ['7777'] }), viewCluster({ ...seen, observation })),
    ).toThrow(
      expect.objectContaining({
        code: 'failed',
        details: ['m1: apache@7777.service needs COREOS_PRIVATE_IPV4'],
      }),
    );
  });
});
