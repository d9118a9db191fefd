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

/** @throws where there is no fault of that name */
export function faultNamed(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  return fault;
}
