import type { Clock } from '../../clock.ts';
import { CoreshipError } from '../../errors.ts';
import type { Connection } from '../../ssh/connection.ts';
import type { ApiRequest, ApiResponse } from './api.ts';
import { apiErrorMessage, hintFor } from './api-errors.ts';
import { type FleetEntry, type OpenEntry, openEntry } from './entry.ts';

/** What is needed to enter the cluster. */
export interface EntrySettings {
  readonly entries: readonly FleetEntry[];
  /** Path of fleet's socket on the entry machines. */
  readonly socket: string;
  readonly clock: Clock;
  /** Called with a line when something is waited for. */
  readonly tell: (line: string) => void;
}

/** The entries of a cluster: one is in use at a time, and the next one when it fails. */
export interface FleetEntries {
  /**
   * Sends a request through whichever entry answers, and waits while fleet is without etcd.
   * @throws CoreshipError `failed` where no entry answers in time
   */
  request(request: ApiRequest): Promise<ApiResponse>;
  /** The entry in use, with its connection. */
  current(): Promise<{ readonly entry: FleetEntry; readonly connection: Connection }>;
  close(): Promise<void>;
}

/** Milliseconds to wait for a cluster that has answered before: longer than etcd takes to elect a leader. */
const outageMs = 60_000;
/** Milliseconds to repeat a request that gets answer 500, which may be permanent. */
const serverErrorMs = 15_000;
const pauseMs = 500;

/** Opens entries when they are needed, the first one first. */
export function fleetEntries({ entries, socket, clock, tell }: EntrySettings): FleetEntries {
  const open = new Map<number, Promise<OpenEntry>>();
  let current = 0;
  let clusterAnswered = false;
  /** The reason of the wait that was reported last: requests that wait together report it once. */
  let reportedReason = '';

  const entryAt = (index: number): FleetEntry => {
    const entry = entries[index % entries.length];
    if (!entry) throw new CoreshipError('config', 'a fleet cluster needs an entry');
    return entry;
  };
  const openAt = (index: number): Promise<OpenEntry> => {
    const opening = open.get(index) ?? openEntry(entryAt(index), socket);
    open.set(index, opening);
    return opening;
  };
  const moveOnFrom = (index: number): void => {
    // Another request may have moved on already.
    if (current === index) current = (index + 1) % entries.length;
  };
  const abandon = async (index: number, opening: Promise<OpenEntry>): Promise<void> => {
    // Of many requests that fail together, only the first closes the entry: it may be open again by then.
    if (open.get(index) !== opening) return;
    open.delete(index);
    await opening.then((entry) => entry.close()).catch(() => undefined);
  };
  const wait = async (reason: string): Promise<void> => {
    if (reason !== reportedReason) tell(`waiting for fleet: ${reason}`);
    reportedReason = reason;
    await clock.sleep(pauseMs);
  };

  /** Sends a request through the current entry. Where that fails, the next one becomes current. */
  const tryCurrent = async (request: ApiRequest): Promise<Attempt> => {
    const index = current;
    const opening = openAt(index);
    try {
      return { index, response: await (await opening).request(request) };
    } catch (error) {
      const isFirst = open.get(index) === opening;
      if (isFirst && clusterAnswered && entries.length > 1) {
        tell(`${entryAt(index).name} does not answer; entering through ${entryAt(index + 1).name}`);
      }
      if (isFirst) moveOnFrom(index);
      void abandon(index, opening);
      return { index, error };
    }
  };

  return {
    request: async (request) => {
      const began = clock.now();
      const failures = new Map<string, unknown>();
      for (;;) {
        const attempt = await tryCurrent(request);
        const waitedMs = clock.now() - began;
        if ('error' in attempt) {
          failures.set(entryAt(attempt.index).name, attempt.error);
          const allFailed = failures.size === entries.length;
          const hopeless = allFailed && !clusterAnswered;
          if (hopeless || waitedMs >= outageMs) throw noEntryAnswers(failures);
          if (allFailed) await wait('no entry answers');
        } else {
          clusterAnswered = true;
          const { response, index } = attempt;
          const repeatMs = repeatFor(response.status);
          if (repeatMs === 0) reportedReason = '';
          if (waitedMs >= repeatMs) return response;
          await wait(reasonOf(response));
          // The fleet of another machine may reach etcd.
          if (response.status === 503) current = (index + 1) % entries.length;
        }
      }
    },
    current: async () => {
      const index = current;
      const { connection } = await openAt(index);
      return { entry: entryAt(index), connection };
    },
    close: async () => {
      await Promise.all([...open].map(([index, opening]) => abandon(index, opening)));
    },
  };
}

/** A request that was sent through the entry at `index`: answered, or failed. */
type Attempt =
  | { readonly index: number; readonly response: ApiResponse }
  | { readonly index: number; readonly error: unknown };

/** Milliseconds for which a request with this answer is repeated; 0 where the answer stands. */
function repeatFor(status: number): number {
  if (status === 503) return outageMs;
  if (status === 500) return serverErrorMs;
  return 0;
}

function reasonOf({ status, text }: ApiResponse): string {
  const message = apiErrorMessage(text);
  return message || (hintFor(status, message) ?? `answer ${status}`);
}

function noEntryAnswers(failures: ReadonlyMap<string, unknown>): CoreshipError {
  const errors = [...failures.values()];
  const [only] = errors;
  if (errors.length === 1 && only instanceof CoreshipError) return only;
  const hints = errors.flatMap((error) => (error instanceof CoreshipError && error.hint ? [error.hint] : []));
  return new CoreshipError('failed', `no entry of the cluster answers: ${[...failures.keys()].join(', ')}`, {
    details: [...failures].map(([name, error]) => {
      const message = error instanceof Error ? error.message : String(error);
      return message.startsWith(`${name}:`) ? message : `${name}: ${message}`;
    }),
    hint: [...new Set(hints)].join('; ') || 'check that fleet runs there',
  });
}
