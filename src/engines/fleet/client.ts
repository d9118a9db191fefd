import { CoreshipError } from '../../errors.ts';
import { parseActiveState } from '../../plan/unit-state.ts';
import { parseUnitName } from '../../unit/name.ts';
import type { UnitOption } from '../../unit/unit-file.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  type FleetMachine,
  type FleetUnit,
  type FleetUnitState,
  type JobState,
  jobStates,
} from './api.ts';
import { meaningOf, readApiError } from './meanings.ts';

/** fleet's HTTP API v1, as far as it can be trusted. */
export interface FleetClient {
  machines(): Promise<readonly FleetMachine[]>;
  units(): Promise<readonly FleetUnit[]>;
  states(): Promise<readonly FleetUnitState[]>;
  /**
   * Writes a unit and what is to become of it in one request: options alone would stop a running unit.
   * Resolves with whether the server says that it wrote the options: it does not where it has them already, and before
   * 0.13 it keeps whatever options a unit has.
   */
  put(
    name: string,
    desired: JobState,
    options?: readonly UnitOption[],
  ): Promise<{ readonly written: boolean }>;
  /** Removes a unit from the registry; the machines stop and unload it later. One that is gone already is as good. */
  destroy(name: string): Promise<void>;
}

/** A state as fleet publishes it: in the words of the machine's systemd. */
type PublishedState = Omit<FleetUnitState, 'systemdActiveState'> & { readonly systemdActiveState: string };

/** Builds the client on something that carries requests. */
export function fleetClient(ask: (request: ApiRequest) => Promise<ApiAnswer>): FleetClient {
  const list = async <T>(kind: 'units' | 'state' | 'machines', field: string): Promise<readonly T[]> => {
    const rows: T[] = [];
    let token: string | undefined;
    do {
      const path = token === undefined ? `/${kind}` : `/${kind}?nextPageToken=${encodeURIComponent(token)}`;
      const answer = await ask({ method: 'GET', path });
      if (answer.status !== 200) throw apiError(`read ${kind}`, answer);
      const page = readObject(answer);
      const part = page[field];
      if (Array.isArray(part)) rows.push(...(part as readonly T[]));
      token = typeof page['nextPageToken'] === 'string' ? page['nextPageToken'] : undefined;
    } while (token !== undefined && token !== '');
    return rows;
  };
  return {
    machines: () => list<FleetMachine>('machines', 'machines'),
    units: () => list<FleetUnit>('units', 'units'),
    // The list, never the state of one unit: fleetd 1.0.0 dies of that question where there is none.
    states: async () =>
      (await list<PublishedState>('state', 'states')).map((state) => ({
        ...state,
        systemdActiveState: parseActiveState(state.systemdActiveState),
      })),
    put: async (name, desired, options) => {
      refuseWedge(name, desired);
      const body = { name, desiredState: desired, ...(options ? { options } : {}) };
      const answer = await ask({ method: 'PUT', path: `/units/${encodeURIComponent(name)}`, body });
      if (answer.status === 201 || answer.status === 204) return { written: answer.status === 201 };
      throw apiError(`set ${name} to ${desired}`, answer);
    },
    destroy: async (name) => {
      const answer = await ask({ method: 'DELETE', path: `/units/${encodeURIComponent(name)}` });
      if (answer.status !== 204 && answer.status !== 404) throw apiError(`destroy ${name}`, answer);
    },
  };
}

/** What a server accepts and never recovers from must not be sent: an unknown state, a template with a state. */
function refuseWedge(name: string, desired: JobState): void {
  if (!jobStates.includes(desired))
    throw new CoreshipError('bug', `${name}: no state of fleet: ${String(desired)}`);
  if (desired !== 'inactive' && parseUnitName(name).isTemplate) {
    throw new CoreshipError('failed', `${name} is a template and cannot be ${desired}`, {
      hint: 'a template runs only as an instance',
    });
  }
}

function readObject(answer: ApiAnswer): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(answer.text);
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
}

function apiError(what: string, answer: ApiAnswer): CoreshipError {
  const message = readApiError(answer.text);
  const meaning = meaningOf(answer.status, message);
  return new CoreshipError(
    'failed',
    `fleet could not ${what}: ${message || 'no reason given'} (answer ${answer.status})`,
    {
      ...(meaning === undefined ? {} : { hint: meaning }),
    },
  );
}
