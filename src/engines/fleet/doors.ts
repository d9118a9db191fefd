import type { Clock } from '../../clock.ts';
import { CoreshipError } from '../../errors.ts';
import type { Connection } from '../../ssh/connection.ts';
import type { ApiAnswer, ApiRequest } from './api.ts';
import { type HttpLine, httpLine } from './http-line.ts';
import { meaningOf, readApiError } from './meanings.ts';
import { openFleetSocket } from './socket.ts';

/** A machine to enter the cluster by. */
export interface FleetEntry {
  readonly name: string;
  readonly address: string;
  /** A connection of its own each time. */
  readonly connect: () => Promise<Connection>;
}

/** What the doors need to know. */
export interface DoorSettings {
  readonly entries: readonly FleetEntry[];
  /** Path of fleet's socket on the entry machines. */
  readonly socket: string;
  readonly clock: Clock;
  /** Told what is waited for, in a line. */
  readonly tell: (line: string) => void;
}

/** The way into the cluster: one entry at a time, the next one where it fails. */
export interface Doors {
  /** Asks fleet, through whichever entry answers. @throws CoreshipError `failed` where none does in time */
  ask(request: ApiRequest): Promise<ApiAnswer>;
  /** The entry in use, with its connection. */
  entry(): Promise<{ readonly entry: FleetEntry; readonly connection: Connection }>;
  close(): Promise<void>;
}

/** Milliseconds to wait for a cluster that has answered before: longer than etcd takes to choose a leader. */
const patienceMs = 60_000;
/** Milliseconds for an answer 500, which may be for good. */
const doubtMs = 15_000;
const pauseMs = 500;
/** Milliseconds a request may be without an answer before the next entry is tried. */
const requestTimeoutMs = 10_000;

interface Door {
  readonly connection: Connection;
  readonly line: HttpLine;
}

/** Opens entries as they are needed, the first one first. */
export function openDoors(settings: DoorSettings): Doors {
  const { entries, clock, tell } = settings;
  const open = new Map<number, Promise<Door>>();
  let current = 0;
  let answered = false;
  /** What is waited for right now, so that requests that wait together tell it once. */
  let told = '';

  const doorAt = (index: number): Promise<Door> => {
    const known = open.get(index);
    if (known !== undefined) return known;
    const opening = openDoor(entryAt(index), settings.socket);
    open.set(index, opening);
    return opening;
  };
  const entryAt = (index: number): FleetEntry => {
    const entry = entries[index % entries.length];
    if (!entry) throw new CoreshipError('config', 'a fleet cluster needs an entry');
    return entry;
  };
  /** Of many requests that fail together, only the first closes the door: by then the next may be open. */
  const leave = async (index: number, door: Promise<Door>): Promise<void> => {
    if (open.get(index) !== door) return;
    open.delete(index);
    if (current === index) current = (index + 1) % entries.length;
    await door.then(closeDoor).catch(() => undefined);
  };

  return {
    ask: async (request) => {
      const began = clock.now();
      const reasons = new Map<string, unknown>();
      const wait = async (why: string): Promise<void> => {
        if (why !== told) tell(`waiting for fleet: ${why}`);
        told = why;
        await clock.sleep(pauseMs);
      };
      for (;;) {
        const index = current;
        const { name } = entryAt(index);
        const door = doorAt(index);
        let answer: ApiAnswer | undefined;
        try {
          const { line } = await door;
          answer = await line.ask(request, requestTimeoutMs);
        } catch (error) {
          reasons.set(name, error);
          if (open.get(index) === door && answered && entries.length > 1) {
            tell(`${name} does not answer; entering by ${entryAt(index + 1).name}`);
          }
          void leave(index, door);
        }
        const waited = clock.now() - began;
        if (!answer) {
          if (!answered && reasons.size === entries.length) throw noEntry(reasons);
          if (waited >= patienceMs) throw noEntry(reasons);
          if (reasons.size === entries.length) await wait('no entry answers');
          continue;
        }
        answered = true;
        const temporary = answer.status === 503 ? patienceMs : answer.status === 500 ? doubtMs : 0;
        if (temporary === 0) told = '';
        if (waited >= temporary) return answer;
        const message = readApiError(answer.text);
        await wait(message || (meaningOf(answer.status, message) ?? `answer ${answer.status}`));
        // Another machine's fleet may be better off.
        if (answer.status === 503) current = (index + 1) % entries.length;
      }
    },
    entry: async () => {
      const { connection } = await doorAt(current);
      return { entry: entryAt(current), connection };
    },
    close: async () => {
      await Promise.all([...open].map(([index, door]) => leave(index, door)));
    },
  };
}

async function openDoor(entry: FleetEntry, socket: string): Promise<Door> {
  const connection = await entry.connect();
  try {
    return { connection, line: httpLine(await openFleetSocket(connection, entry.name, socket)) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function closeDoor({ connection, line }: Door): Promise<void> {
  line.close();
  await connection.close();
}

function noEntry(reasons: ReadonlyMap<string, unknown>): CoreshipError {
  const [only] = reasons.values();
  if (reasons.size === 1 && only instanceof CoreshipError) return only;
  const hints = [...reasons.values()].flatMap((reason) =>
    reason instanceof CoreshipError && reason.hint ? [reason.hint] : [],
  );
  return new CoreshipError('failed', `no entry of the cluster answers: ${[...reasons.keys()].join(', ')}`, {
    details: [...reasons].map(([name, reason]) => {
      const message = reason instanceof Error ? reason.message : String(reason);
      return message.startsWith(`${name}:`) ? message : `${name}: ${message}`;
    }),
    hint: [...new Set(hints)].join('; ') || 'check that fleet runs there',
  });
}
