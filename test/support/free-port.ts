import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of this computer that nobody listens on, and that nobody gets by chance before it is used, or while what
 * listens there is stopped: the kernel gives connections, and who asks for any port, only those from 32768 on. A client
 * that tries such a port again and again would one day even be connected to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

const first = 20_000;
const count = 12_000;
const given = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
