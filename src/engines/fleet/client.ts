import { defined } from '../../defined.ts';
import { CoreshipError } from '../../errors.ts';
import { parseObject } from '../../json.ts';
import { parseActiveState } from '../../plan/unit-state.ts';
import { parseUnitName } from '../../unit/name.ts';
import type { UnitOption } from '../../unit/unit-file.ts';
import {
  type ApiRequest,
  type ApiResponse,
  type FleetMachine,
  type FleetUnit,
  type FleetUnitState,
  type JobState,
  jobStates,
} from './api.ts';
import { apiError } from './api-errors.ts';

/** fleet's HTTP API v1, as far as it can be trusted. */
export interface FleetClient {
  machines(): Promise<readonly FleetMachine[]>;
  units(): Promise<readonly FleetUnit[]>;
  states(): Promise<readonly FleetUnitState[]>;
  /**
   * Writes a unit and its desired state in one request: options alone would stop a running unit. Resolves with whether
   * the server wrote the options. It does not where it has them already, and before 0.13 it never replaces options.
   */
  put(
    name: string,
    desired: JobState,
    options?: readonly UnitOption[],
  ): Promise<{ readonly written: boolean }>;
  /** Removes a unit from the registry; the machines stop and unload it later. It may be gone already. */
  destroy(name: string): Promise<void>;
}

/** A state as fleet publishes it: in the words of the machine's systemd. */
type PublishedState = Omit<FleetUnitState, 'systemdActiveState'> & { readonly systemdActiveState: string };

/** Builds the client on a function that sends requests. */
export function fleetClient(send: (request: ApiRequest) => Promise<ApiResponse>): FleetClient {
  const list = async <T>(kind: 'units' | 'state' | 'machines', field: string): Promise<readonly T[]> => {
    const rows: T[] = [];
    let token: string | undefined;
    do {
      const path = token === undefined ? `/${kind}` : `/${kind}?nextPageToken=${encodeURIComponent(token)}`;
      const response = await send({ method: 'GET', path });
      if (response.status !== 200) throw apiError(`read ${kind}`, response);
      const { [field]: part, nextPageToken } = parseObject(response.text) ?? {};
      if (Array.isArray(part)) rows.push(...(part as readonly T[]));
      token = typeof nextPageToken === 'string' ? nextPageToken : undefined;
    } while (token !== undefined && token !== '');
    return rows;
  };
  return {
    machines: () => list<FleetMachine>('machines', 'machines'),
    units: () => list<FleetUnit>('units', 'units'),
    // The list, never the state of one unit: fleetd 1.0.0 crashes on that request where there is none.
    states: async () =>
      (await list<PublishedState>('state', 'states')).map((state) => ({
        ...state,
        systemdActiveState: parseActiveState(state.systemdActiveState),
      })),
    put: async (name, desired, options) => {
      refuseUnrecoverable(name, desired);
      const body = { name, desiredState: desired, ...defined({ options }) };
      const response = await send({ method: 'PUT', path: `/units/${encodeURIComponent(name)}`, body });
      if (response.status === 201 || response.status === 204) return { written: response.status === 201 };
      throw apiError(`set ${name} to ${desired}`, response);
    },
    destroy: async (name) => {
      const response = await send({ method: 'DELETE', path: `/units/${encodeURIComponent(name)}` });
      if (response.status !== 204 && response.status !== 404) throw apiError(`destroy ${name}`, response);
    },
  };
}

/** Some servers accept an unknown state, or a template with a state, and never recover from it. */
function refuseUnrecoverable(name: string, desired: JobState): void {
  if (!jobStates.includes(desired)) {
    throw new CoreshipError('bug', `${name}: fleet has no state ${String(desired)}`);
  }
  if (desired !== 'inactive' && parseUnitName(name).isTemplate) {
    throw new CoreshipError('failed', `${name} is a template and cannot be ${desired}`, {
      hint: 'a template runs only as an instance',
    });
  }
}
