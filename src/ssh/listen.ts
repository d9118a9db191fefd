import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Connection } from './connection.ts';

/** A port on this side that leads to an address as the machine sees it. */
export interface Listener {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Stops listening and cuts what runs through. */
  close(): Promise<void>;
}

/**
 * Listens on a free loopback port and carries each connection on to `host:port` as seen from the machine, for
 * clients that want an address and take no stream. `connect` is asked for the way there each time: a machine may have
 * rebooted in between. Where that cannot be opened, the client is disconnected.
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
        // The client may have left meanwhile, and nobody would end the stream.
        if (socket.destroyed) return void stream.destroy();
        socket.pipe(stream).pipe(socket);
        // Soon: what is still on its way to the client must arrive.
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
