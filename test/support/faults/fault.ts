import type { Rig } from './rig.ts';

/** Something that goes wrong on purpose, and what is expected of the load balancer meanwhile. */
export interface Fault {
  /** Short name, for the command line. */
  readonly name: string;
  /** What happens, for people. */
  readonly title: string;
  /** Brings about what the fault needs first; not measured. */
  prepare?(rig: Rig): Promise<unknown>;
  /** Makes it happen. */
  strike(rig: Rig): Promise<unknown>;
  /** Undoes it; absent where everything must come back by itself. */
  heal?(rig: Rig): Promise<unknown>;
  /** Clears away what would be in the way of the next fault; not measured. */
  clear?(rig: Rig): Promise<unknown>;
  /** Milliseconds from the strike to the healing, or to the look whether all is back; default 4 000. */
  readonly lastsMs?: number;
  /** Whether a list shows the fault. Absent where the list need not change. */
  out?(list: readonly string[], rig: Rig): boolean;
  /** Whether a list shows that the fault is over; by default it holds both instances and nothing else. */
  back?(list: readonly string[], rig: Rig): boolean;
}

/** The list has lost the instance that faults happen to. */
export function withoutVictim(list: readonly string[], { victim }: Rig): boolean {
  return !list.includes(victim.value);
}
