import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import { defined } from '../defined.ts';
import { createLimiter } from '../limiter.ts';
import { withTimeout } from '../with-timeout.ts';
import { socketLike } from './socket-like.ts';

/** HTTP/1.1 to one server, over connections that are kept for the next request. */
export interface HttpClient {
  /**
   * Resolves with the whole response, whatever its status. `timeoutMs` covers everything from connecting to the last byte.
   * @throws the connection's error, or an Error after the time-out; the server may have carried out the request or not
   */
  request(request: HttpRequest, timeoutMs: number): Promise<HttpResponse>;
  /** Ends all connections. Requests under way fail. */
  close(): void;
}

/** A request; every one sent through this client must be safe to repeat. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Path and query, escaped. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole response. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** How the server is reached. */
export interface HttpClientOptions {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Opens a stream to the server, where it is not reached over TCP. */
  readonly openStream?: () => Promise<Duplex>;
  /** For `https:` over TCP. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'checkServerIdentity'>;
  /** Milliseconds until a TCP connection that does not come about is given up. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Connections at a time. Further requests wait, and their time-out begins after the wait. Default: no limit. */
  readonly maxConnections?: number;
}

/** Milliseconds until an unused connection is closed. */
const idleTimeoutMs = 60_000;

/** Makes a client for `origin`, such as `http://127.0.0.1:2379`. Connects when the first request is made. */
export function httpClient(origin: string, options: HttpClientOptions = {}): HttpClient {
  const { openStream, maxConnections } = options;
  const pool = new Pool(new URL(origin).origin, {
    connect: openStream ? connectThrough(openStream) : connectTcp(options),
    keepAliveTimeout: idleTimeoutMs,
    // withTimeout limits the whole request instead.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...defined({ connections: maxConnections }),
  });
  const limit = createLimiter(maxConnections ?? Number.POSITIVE_INFINITY);

  const exchange = async (request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> => {
    const headers = { ...options.headers, ...request.headers };
    const response = await pool.request({ ...request, headers, signal });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  };
  return {
    // The limit also keeps requests out of the pool's own queue, where their time-out would already run.
    request: (request, timeoutMs) =>
      limit(() => withTimeout(timeoutMs, (signal) => exchange(request, signal))).catch(rethrow),
    close: () => void pool.destroy(),
  };
}

function connectTcp({ tls = {}, connectTimeoutMs }: HttpClientOptions): buildConnector.connector {
  const connect = buildConnector({ ...tls, ...defined({ timeout: connectTimeoutMs }) });
  return (options, done) =>
    connect(options, (...result) => {
      const [, socket] = result;
      // An alert of TLS is an error that leaves the socket open. Its end follows, and undici would report that instead.
      socket?.once('error', (error) => socket.destroy(error));
      done(...result);
    });
}

function connectThrough(open: () => Promise<Duplex>): buildConnector.connector {
  return (_options, done) => {
    open().then(
      (stream) =>
        stream.destroyed
          ? done(new Error('the stream was closed as soon as it was open'), null)
          : // It lacks what a socket has beyond a stream; undici calls none of that.
            done(null, socketLike(stream) as Socket),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** Says what undici's `other side closed` means for the request. */
function rethrow(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'UND_ERR_SOCKET') {
    throw new Error('the connection ended before the answer', { cause: error });
  }
  throw error;
}
