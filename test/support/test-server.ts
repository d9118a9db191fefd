import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A service for a sidekick to check. */
export interface TestServer {
  readonly port: number;
  /** `slowly`: after 0.2 s; `flapping`: well and badly by turns; `halfway`: a head and no end. */
  answers: 'well' | 'badly' | 'never' | 'slowly' | 'redirecting' | 'flapping' | 'halfway';
  /** The paths that were asked for. */
  readonly asked: string[];
  /** No longer listens; `open` lets it listen on the same port again. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const server = createServer((request, response) => {
    little.asked.push(request.url ?? '');
    const answer = (status: number) => response.writeHead(status, { location: '/elsewhere' }).end('little\n');
    const { answers, asked } = little;
    if (answers === 'never') return;
    if (answers === 'halfway') response.writeHead(200, { 'content-length': 7 }).write('lit');
    else if (answers === 'slowly') setTimeout(() => answer(200), 200);
    else if (answers === 'redirecting') answer(302);
    else answer(answers === 'well' || (answers === 'flapping' && asked.length % 2 === 0) ? 200 : 500);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const little: TestServer = {
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
