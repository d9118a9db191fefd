import { describe, expect, it } from 'vitest';
import { statusRows } from '../../../src/cli/output/status-rows.ts';
import { defined } from '../../../src/defined.ts';
import { type ClusterFacts, viewCluster } from '../../../src/plan/cluster-view.ts';
import { SimulatedCluster } from '../../fakes/simulated-cluster.ts';
import { carryOut, planFor, want } from '../../plan/scenario.ts';
import { apacheLike, balancerLike } from '../../services/sample-services.ts';

const services = [apacheLike(), balancerLike()];

/** An instance behind a load balancer. */
function running(): ClusterFacts {
  const cluster = new SimulatedCluster(services, { m1: {}, m2: {} });
  carryOut(cluster, planFor(cluster, want(services, { apache: ['7777'], nginx_lb: [] })));
  return cluster.facts();
}

/** What is shown of each unit's registration and service. */
function shown(facts: ClusterFacts, registryError?: Error) {
  const snapshot = { facts, view: viewCluster(facts), ...defined({ registryError }) };
  return statusRows(snapshot, []).map(({ unit, registered, servedBy, problem }) => {
    return { unit, registered, servedBy, problem };
  });
}

describe('statusRows', () => {
  it('says where an instance is registered, and by whom it is served', () => {
    expect(shown(running())).toEqual([
      { unit: 'apache-discovery@7777.service', servedBy: [] },
      { unit: 'apache@7777.service', registered: '10.0.0.1:7777', servedBy: ['nginx_lb'] },
      { unit: 'nginx_lb.service', servedBy: [] },
    ]);
  });

  it('still says who serves an instance where etcd is away, and not that it is unregistered', () => {
    const { registrations: _, ...seen } = running();
    expect(shown(seen, new Error('etcd did not answer'))).toEqual([
      { unit: 'apache-discovery@7777.service', servedBy: [] },
      { unit: 'apache@7777.service', registered: null, servedBy: ['nginx_lb'] },
      { unit: 'nginx_lb.service', servedBy: [] },
    ]);
  });

  it('says what keeps a load balancer from serving a newer list', () => {
    const seen = running();
    const problem = 'nginx refused the new list: no memory';
    const serving = seen.serving.map((one) => ({ ...one, problem }));
    expect(shown({ ...seen, serving }).at(-1)).toEqual({ unit: 'nginx_lb.service', servedBy: [], problem });
  });
});
