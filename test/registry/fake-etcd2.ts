import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a request asked for. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

/** An HTTP server on loopback whose answers a function gives. */
export interface FakeEtcd2 {
  readonly endpoint: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** Starts it. `answer` returns a status and a text, or nothing where no answer is ever to be sent. */
export async function fakeEtcd2(
  answer: (asked: Asked) => readonly [number, string] | undefined,
): Promise<FakeEtcd2> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      asked.push(one);
      const [status, said] = answer(one) ?? [];
      if (status !== undefined) response.writeHead(status).end(said);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { method = '', url: path = '', headers } = request;
  return { method, path, body: await text(request), authorization: headers.authorization };
}
