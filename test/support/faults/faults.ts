import { backendFaults } from './backend-faults.ts';
import { balancerFaults } from './balancer-faults.ts';
import { etcdFaults } from './etcd-faults.ts';
import type { Fault } from './fault.ts';
import { plannedChanges } from './planned-changes.ts';

/** Everything that is measured, in the order of the report. */
export const faults: readonly Fault[] = [
  ...backendFaults,
  ...etcdFaults,
  ...balancerFaults,
  ...plannedChanges,
];
