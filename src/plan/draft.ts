import type { UnitGroup } from '../services/unit-groups.ts';
import type { ObservedUnit } from './observation.ts';
import type { Change, MachineRef } from './plan.ts';

/** One instance on one machine. */
export interface Instance {
  readonly group: UnitGroup;
  readonly machine: MachineRef;
  /** Its units found on that machine, main unit first; also those that its new files no longer list. */
  readonly observed: readonly ObservedUnit[];
}

/** A change without its steps: they wait for the load balancers that the changes before it leave running. */
export interface Draft {
  readonly change: Omit<Change, 'steps'>;
  /** What will be on the change's machine. Absent where a change only removes. */
  readonly arriving?: Instance;
  /** What leaves its machine: `change.from` in a move, else the change's machine. */
  readonly leaving?: Instance;
}
