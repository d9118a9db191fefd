import { connect as dial } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listener, listenTcp } from '../../src/ssh/listen.ts';
import { FakeConnection } from '../fakes/fake-connection.ts';
import { eventually } from '../support/eventually.ts';

/** A machine on which whatever is asked is answered with the machine's name. */
class Machine extends FakeConnection {
  private readonly stream: () => Promise<Duplex>;

  constructor(stream: () => Promise<Duplex>) {
    super(() => ({}));
    this.stream = stream;
  }

  override openTcp(): Promise<Duplex> {
    return this.stream();
  }
}

const saying = (name: string) => new Machine(() => Promise.resolve(Duplex.from([name])));

let listener: Listener | undefined;
afterEach(async () => {
  await listener?.close();
  listener = undefined;
});
const client = () => dial(listener?.port ?? 0, '127.0.0.1');
const ask = () => text(client());

describe('listenTcp', () => {
  it('asks for the way there each time, as a machine may have rebooted', async () => {
    const ways = [saying('before'), undefined, saying('after')];
    listener = await listenTcp(
      () => {
        const way = ways.shift();
        return way ? Promise.resolve(way) : Promise.reject(new Error('down'));
      },
      'etcd',
      2379,
    );
    expect(await ask()).toBe('before');
    expect(await ask(), 'while it is down').toBe('');
    expect(await ask()).toBe('after');
  });

  it('ends a stream that comes when it has stopped listening', async () => {
    const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    let open: (stream: Duplex) => void = () => undefined;
    const opening = new Promise<Duplex>((resolve) => {
      open = resolve;
    });
    let asked = false;
    const machine = new Machine(() => {
      asked = true;
      return opening;
    });
    listener = await listenTcp(() => Promise.resolve(machine), 'etcd', 2379);
    const left = client().on('error', () => undefined);
    await eventually(() => expect(asked).toBe(true));
    await listener.close();
    listener = undefined;
    open(stream);
    await eventually(() => expect(stream.destroyed).toBe(true));
    left.destroy();
  });
});
