import type { ActiveState } from '../../plan/unit-state.ts';
import type { UnitOption } from '../../unit/unit-file.ts';

/** What fleet is told to do with a unit, and how far it is: known, its file on a machine, start asked for. */
export const jobStates = ['inactive', 'loaded', 'launched'] as const;
export type JobState = (typeof jobStates)[number];

/** A unit of fleet's registry, as its API v1 gives it. */
export interface FleetUnit {
  readonly name: string;
  readonly options: readonly UnitOption[];
  readonly desiredState: JobState;
  /** `launched` means that a start was asked for, not that it runs. Means nothing for a global unit: always `inactive`. */
  readonly currentState?: JobState;
  /** Absent while the unit has no machine, and for global units. */
  readonly machineID?: string;
}

/** What systemd says of a unit on one machine, as its fleet published it last. */
export interface FleetUnitState {
  readonly name: string;
  /** SHA-1 of the file on that machine: the registry's once a change has landed. */
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

/** One request to the API. All of them may be sent twice: they name a state, not a change. */
export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Below `/fleet/v1`, already encoded. */
  readonly path: string;
  readonly body?: unknown;
}

/** What came back. */
export interface ApiAnswer {
  readonly status: number;
  /** The `Server` header: `fleetd/1.0.0`. */
  readonly server: string;
  readonly text: string;
}
