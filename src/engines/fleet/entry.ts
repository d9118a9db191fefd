import type { HttpClient } from '../../http/http-client.ts';
import type { Connection } from '../../ssh/connection.ts';
import type { ApiRequest, ApiResponse } from './api.ts';
import { openFleetSocket } from './socket.ts';

/** A machine through which the cluster is entered. */
export interface FleetEntry {
  readonly name: string;
  readonly address: string;
  /** Opens a new connection each time. */
  readonly connect: () => Promise<Connection>;
}

/** An entry with its connection, and fleet's API over it. */
export interface OpenEntry {
  readonly connection: Connection;
  /** @throws the connection's error, or an Error after 10 s; the server may have carried out the request or not */
  request(request: ApiRequest): Promise<ApiResponse>;
  close(): Promise<void>;
}

/** Streams to fleet at a time: sshd does not limit them, and fleet answers no faster with more. */
const maxStreams = 8;
/** Milliseconds that a request may take before the next entry is tried. */
const requestTimeoutMs = 10_000;

/** Connects to an entry and finds fleet's socket there. */
export async function openEntry(entry: FleetEntry, socket: string): Promise<OpenEntry> {
  // Loaded while the connection is made: it takes a tenth of a second, and only fleet needs it.
  const [connection, { httpClient }] = await Promise.all([
    entry.connect(),
    import('../../http/http-client.ts'),
  ]);
  try {
    const openStream = await openFleetSocket(connection, entry.name, socket);
    const http = httpClient('http://fleet', { openStream, maxConnections: maxStreams });
    return {
      connection,
      request: (request) => send(http, request),
      close: async () => {
        http.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function send(http: HttpClient, { method, path, body }: ApiRequest): Promise<ApiResponse> {
  const json =
    body === undefined
      ? undefined
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const { status, text } = await http.request(
    { method, path: `/fleet/v1${path}`, ...json },
    requestTimeoutMs,
  );
  return { status, text };
}
