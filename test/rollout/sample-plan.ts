import type { ChangeAction } from '../../src/plan/change-actions.ts';
import type { BalancerRef, Change, Plan, Step } from '../../src/plan/plan.ts';

export const m1 = { id: 'm1', name: 'lab-1' };

export const balancer: BalancerRef = {
  unit: 'nginx_lb.service',
  machine: m1,
  runtime: 'docker',
  container: 'nginx_lb',
};

export const entry = { key: '/services/apache/10.0.0.1:7777', value: '10.0.0.1:7777' };

/** A change of one instance, with these steps. */
export function change(unit: string, steps: readonly Step[], action: ChangeAction = 'create'): Change {
  return {
    action,
    service: unit.replace(/[@.].*/, ''),
    unit,
    machine: m1,
    reason: 'a test',
    files: [],
    steps,
  };
}

export function planOf(...changes: readonly Change[]): Plan {
  return { version: 1, changes, unchanged: [] };
}

export function act(kind: 'start' | 'stop' | 'remove', ...units: readonly string[]): Step {
  return { kind, machine: m1, units, reason: 'a test' };
}

export function waitActive(unit: string, timeoutSeconds = 600): Step {
  return { kind: 'wait-active', machine: m1, units: [unit], timeoutSeconds, reason: 'a test' };
}
