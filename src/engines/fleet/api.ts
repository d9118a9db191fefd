import type { ActiveState } from '../../plan/unit-state.ts';
import type { UnitOption } from '../../unit/unit-file.ts';

/** What fleet is asked to do with a unit, and how far it is: known, its file on a machine, its start requested. */
export const jobStates = ['inactive', 'loaded', 'launched'] as const;
export type JobState = (typeof jobStates)[number];

/** A unit of fleet's registry, in the words of its API v1. */
export interface FleetUnit {
  readonly name: string;
  readonly options: readonly UnitOption[];
  readonly desiredState: JobState;
  /** `launched` means that a start was requested, not that the unit runs. Always `inactive` for a global unit. */
  readonly currentState?: JobState;
  /** Absent while the unit has no machine, and for global units. */
  readonly machineID?: string;
}

/** systemd's state of a unit on one machine, as the fleet of that machine last published it. */
export interface FleetUnitState {
  readonly name: string;
  /** SHA-1 of the file on that machine. It is that of the registry's text once the machine has loaded a change. */
  readonly hash: string;
  readonly machineID: string;
  readonly systemdLoadState: string;
  readonly systemdActiveState: ActiveState;
  readonly systemdSubState: string;
}

/** A machine whose fleet is alive. */
export interface FleetMachine {
  readonly id: string;
  readonly primaryIP: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A request to the API. All of them are safe to repeat: they name a state, not a change. */
export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Below `/fleet/v1`, already encoded. */
  readonly path: string;
  readonly body?: unknown;
}

/** A response of the API, whatever its status. */
export interface ApiResponse {
  readonly status: number;
  readonly text: string;
}
