import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FakeConnection } from '../../fakes/fake-connection.ts';
import type { Etcd } from './etcd.ts';

/** A connection to a machine from which every address leads to this etcd. */
export class EtcdConnection extends FakeConnection {
  readonly asked: string[] = [];
  private readonly port: number;

  constructor({ endpoint }: Etcd) {
    super(() => ({}));
    this.port = Number(new URL(endpoint).port);
  }

  override openTcp(host: string, port: number): Promise<Duplex> {
    this.asked.push(`${host} ${port}`);
    return Promise.resolve(connect(this.port, '127.0.0.1'));
  }
}

/** A local port that forwards to an etcd. */
export interface EtcdRoute {
  readonly endpoint: string;
  /** From now on it takes connections, and whatever is sent, and answers nothing: its machine is cut off. */
  block(): void;
  /** What is connected hears nothing any more, not even the end; nobody else gets in. */
  cut(): void;
  close(): Promise<void>;
}

export async function openEtcdRoute({ endpoint }: Etcd): Promise<EtcdRoute> {
  const sockets = new Set<Socket>();
  let blocked = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near).resume();
    if (blocked) return;
    const far = keep(connect(Number(new URL(endpoint).port), '127.0.0.1'));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => blocked || to.write(data)).on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  const closed = once(server, 'close');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    block: () => {
      blocked = true;
    },
    cut: () => {
      blocked = true;
      server.close();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await closed;
    },
  };
}
