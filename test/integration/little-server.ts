import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service for a sidekick to check: answers well, badly, or never. */
export interface LittleServer {
  readonly port: number;
  answers: 'well' | 'badly' | 'never';
  /** The paths that were asked for. */
  readonly asked: string[];
  /** No longer listens; `open` lets it listen on the same port again. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function startLittleServer(): Promise<LittleServer> {
  const server = createServer((request, response) => {
    little.asked.push(request.url ?? '');
    if (little.answers === 'never') return;
    response.writeHead(little.answers === 'well' ? 200 : 500).end('little\n');
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const little: LittleServer = {
    port,
    answers: 'well',
    asked: [],
    close: async () => {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
    open: async () => void (await listen(port)),
  };
  return little;
}
