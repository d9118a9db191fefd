import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Connection } from './connection.ts';

/** A local port that is forwarded to an address as seen from a machine. */
export interface Listener {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Stops listening and closes the connections that are open. */
  close(): Promise<void>;
}

/**
 * Listens on a free loopback port and forwards each connection to `host:port` as seen from the machine, for clients
 * that need an address and cannot use a stream. `connect` is called for each of them, because a machine may have
 * rebooted in between. If the stream cannot be opened, the client is disconnected.
 */
export async function listenTcp(
  connect: () => Promise<Connection>,
  host: string,
  port: number,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const opening = connect().then((connection) => connection.openTcp(host, port));
    opening.then(
      (stream) => {
        stream.on('error', () => socket.destroy());
        // If the client has gone in the meantime, nothing else would end the stream.
        if (socket.destroyed) return void stream.destroy();
        socket.pipe(stream).pipe(socket);
        // Not at once: data that is still buffered must reach the client.
        stream.once('close', () => socket.destroySoon());
        socket.once('close', () => stream.destroy());
      },
      () => socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
