import { Agent, type ClientRequest, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiAnswer, ApiRequest } from './api.ts';

/** HTTP over streams that somebody else opens. */
export interface HttpLine {
  /** @throws the stream's error, or a time-out after `timeoutMs`; nothing is known then of what the server did */
  ask(request: ApiRequest, timeoutMs: number): Promise<ApiAnswer>;
  /** Ends all streams. */
  close(): void;
}

/** Streams at a time: sshd counts none of them, and a fleet answers no faster for more. */
const maxStreams = 8;

/** Speaks HTTP to fleet's socket over streams that are kept for the next request. */
export function httpLine(open: () => Promise<Duplex>): HttpLine {
  const agent = new StreamAgent(open);
  const turns = takeTurns(maxStreams);
  return {
    // The agent's own limit counts no stream that is still being opened.
    ask: (asked, timeoutMs) => turns(() => exchange(agent, asked, timeoutMs)),
    close: () => agent.destroy(),
  };
}

class StreamAgent extends Agent {
  private readonly open: () => Promise<Duplex>;

  constructor(open: () => Promise<Duplex>) {
    super({ keepAlive: true, maxFreeSockets: maxStreams });
    this.open = open;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    // node:http takes no stream beside an error, and its types ask for one.
    const failed = done as ((error: Error) => void) | undefined;
    this.open().then(
      (stream) => done?.(null, likeSocket(stream)),
      (error: unknown) => failed?.(error instanceof Error ? error : new Error(String(error))),
    );
  }
}

/** What node:http calls on a socket and a plain stream lacks. */
function likeSocket(stream: Duplex): Duplex {
  const nothing = () => stream;
  return Object.assign(stream, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
    destroySoon: () => stream.destroy(),
  });
}

function exchange(agent: Agent, asked: ApiRequest, timeoutMs: number): Promise<ApiAnswer> {
  const body = asked.body === undefined ? '' : JSON.stringify(asked.body);
  return new Promise((resolve, reject) => {
    const call: ClientRequest = request({
      agent,
      host: 'fleet',
      method: asked.method,
      path: `/fleet/v1${asked.path}`,
      headers:
        body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    // A request that has no stream yet tells nobody that it was destroyed, so the timer does.
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs / 1000} s`));
      call.destroy();
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    call.on('error', fail);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        resolve({
          status: response.statusCode ?? 0,
          server: String(response.headers['server'] ?? ''),
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    call.end(body);
  });
}

/** Lets so many pieces of work go on at a time; the others wait, first come, first served. */
function takeTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (work) => {
    if (busy >= most) await new Promise<void>((go) => waiting.push(go));
    else busy += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  };
}
