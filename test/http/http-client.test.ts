import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../../src/defined.ts';
import { type HttpClient, type HttpClientOptions, httpClient } from '../../src/http/http-client.ts';
import { makeCertificates } from '../support/etcd/certificates.ts';
import { SshLikeChannel } from './ssh-like-channel.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

let answer: Answer;
let port = 0;
/** Connections as the server has them. */
const connections = new Set<Socket>();
let most = 0;
let accepted = 0;
const server = createServer((request, response) => void answer(request, response));
server.on('connection', (socket) => {
  accepted += 1;
  connections.add(socket);
  most = Math.max(most, connections.size);
  socket.on('close', () => connections.delete(socket));
});

beforeEach(async () => {
  [most, accepted] = [0, 0];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

let client: HttpClient | undefined;
afterEach(async () => {
  client?.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** A stream that is open, as `Connection.openUnix` resolves with it. */
async function open(confirms = true): Promise<SshLikeChannel> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return new SshLikeChannel(socket, confirms);
}

const over = (openStream: () => Promise<Duplex>, options: HttpClientOptions = {}) => {
  client = httpClient('http://fleet', { openStream, maxConnections: 8, ...options });
  return client;
};
const get = (path = '/', timeoutMs = 5_000) => client?.request({ method: 'GET', path }, timeoutMs);
const ok: Answer = (_request, response) => response.end('ok');
const never: Answer = () => undefined;

describe('HTTP over streams that somebody else opens', () => {
  it('answers with status, headers and text', async () => {
    answer = (request, response) => {
      response.setHeader('server', 'fleetd/1.0.0');
      response.writeHead(404).end(`${request.method} ${request.url} ${request.headers['x-own']}`);
    };
    over(() => open(), { headers: { 'x-own': 'yes' } });
    expect(await get('/a?b=c')).toMatchObject({
      status: 404,
      headers: { server: 'fleetd/1.0.0' },
      text: 'GET /a?b=c yes',
    });
  });

  it('carries bodies of many bytes, and of more than one byte a letter, both ways', async () => {
    answer = async (request, response) => response.end(await text(request));
    const body = 'größer '.repeat(300_000);
    const { text: echo } = await over(() => open()).request({ method: 'PUT', path: '/', body }, 10_000);
    expect(echo === body).toBe(true);
  });

  it('needs no more than 8 streams, whatever is asked at a time', async () => {
    answer = (_request, response) => setTimeout(() => response.end('ok'), 5);
    over(() => open());
    const all = await Promise.all(Array.from({ length: 50 }, () => get()));
    expect(all.map((response) => response?.text)).toEqual(Array(50).fill('ok'));
    expect(most).toBe(8);
    expect(accepted).toBe(8);
  });

  it('keeps a stream for the next request', async () => {
    answer = ok;
    over(() => open());
    for (let count = 0; count < 5; count += 1) await get();
    // The first is not free yet when the second request comes right after its answer.
    expect(accepted).toBeLessThanOrEqual(2);
  });

  it('opens another where the server ended the last with its answer', async () => {
    answer = (_request, response) => response.writeHead(200, { connection: 'close' }).end('ok');
    over(() => open(false));
    for (let count = 0; count < 3; count += 1) expect(await get()).toMatchObject({ text: 'ok' });
    expect(accepted).toBe(3);
  });

  it('opens another where the kept one has ended meanwhile', async () => {
    answer = ok;
    over(() => open());
    await get();
    const gone = [...connections].map((socket) => once(socket.destroy(), 'close'));
    await Promise.all(gone);
    expect(await get()).toMatchObject({ text: 'ok' });
  });

  it.each<[string, Answer]>([
    ['no answer', never],
    ['headers without a body', (_request, response) => response.writeHead(200).flushHeaders()],
    [
      'a body that never ends',
      (_request, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('gives up in time on %s, and uses that stream no more', async (_, bad) => {
    answer = bad;
    over(() => open(), { maxConnections: 1 });
    await expect(get('/', 150)).rejects.toThrow('no answer within 0.15 s');
    answer = ok;
    expect(await get()).toMatchObject({ text: 'ok' });
    expect(accepted).toBe(2);
  });

  it('needs nobody to confirm that a stream has ended', async () => {
    answer = never;
    over(() => open(false), { maxConnections: 1 });
    await expect(get('/', 50)).rejects.toThrow('no answer');
    answer = ok;
    expect(await get()).toMatchObject({ text: 'ok' });
  });

  it('gives up in time on a stream that does not open', async () => {
    over(() => new Promise(() => undefined));
    await expect(get('/', 50)).rejects.toThrow('no answer within 0.05 s');
  });

  it('counts no time for a request that waits for its turn', async () => {
    answer = (_request, response) => setTimeout(() => response.end('ok'), 1000);
    over(() => open(), { maxConnections: 1 });
    const all = await Promise.all([get('/', 1900), get('/', 1900)]);
    expect(all).toMatchObject([{ text: 'ok' }, { text: 'ok' }]);
  });

  it('fails with the reason why no stream opens, and tries again the next time', async () => {
    answer = ok;
    let openStream: () => Promise<Duplex> = () => Promise.reject(new Error('c1 could not open a stream'));
    over(() => openStream());
    await expect(Promise.all([get(), get(), get()])).rejects.toThrow('c1 could not open a stream');
    openStream = () => open();
    expect(await get()).toMatchObject({ text: 'ok' });
  });

  it('fails where every stream is closed as soon as it is open', async () => {
    over(async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket.destroy(), 'close');
      return socket;
    });
    await expect(get()).rejects.toThrow('closed as soon as it was open');
  });

  it('fails with the stream’s own error', async () => {
    let stream: Socket | undefined;
    answer = () => stream?.destroy(new Error('the SSH connection is lost'));
    over(async () => {
      stream = connect(port, '127.0.0.1');
      await once(stream, 'connect');
      return stream;
    });
    await expect(get()).rejects.toThrow('the SSH connection is lost');
  });

  it('says that the stream ended before the answer, and why it thinks so', async () => {
    answer = (request) => request.socket.destroy();
    over(() => open());
    await expect(get()).rejects.toMatchObject({
      message: 'the connection ended before the answer',
      cause: expect.objectContaining({ message: 'other side closed' }),
    });
  });

  it('ends everything when it is closed', async () => {
    answer = never;
    const closing = over(() => open(), { maxConnections: 2 });
    const failures = Promise.allSettled([get(), get(), get()]);
    await expect.poll(() => connections.size).toBe(2);
    closing.close();
    const all = await failures;
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect.poll(() => connections.size).toBe(0);
    await expect(get()).rejects.toThrow();
  });

  it('ends a stream that opens only after it was closed', async () => {
    let go: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      go = resolve;
    });
    const closing = over(() => later.then(() => open()));
    const failure = expect(get()).rejects.toThrow();
    await Promise.resolve();
    closing.close();
    go();
    await failure;
    await expect.poll(() => accepted).toBe(1);
    await expect.poll(() => connections.size).toBe(0);
  });
});

describe('HTTP over TCP', () => {
  it('takes any number of milliseconds for a time-out', async () => {
    answer = ok;
    client = httpClient(`http://127.0.0.1:${port}`);
    expect(await get('/', 17_932.217)).toMatchObject({ status: 200, text: 'ok' });
    answer = never;
    for (const timeoutMs of [0.4, 0, -0.1]) {
      await expect(get('/', timeoutMs)).rejects.toThrow('no answer within 0.001 s');
    }
  });

  it('fails with the reason for which the server refuses the certificate of the client', async () => {
    const files = makeCertificates();
    const [cert, ca, key] = [files.cert, files.ca, files.key].map((path) => readFileSync(path));
    files.remove();
    if (!cert || !ca || !key) throw new Error('no certificates');
    const secure = createTlsServer({ cert, ca, key, requestCert: true }, (_request, response) => {
      response.end('ok');
    });
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const address = secure.address();
    const origin = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const read = (tls: HttpClientOptions['tls']) => {
      client?.close();
      client = httpClient(origin, defined({ tls }));
      return get();
    };
    try {
      await expect(read({ ca })).rejects.toMatchObject({
        code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      });
      await expect(read({})).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
      expect(await read({ ca, cert, key })).toMatchObject({ text: 'ok' });
    } finally {
      client?.close();
      secure.close();
    }
  });

  it('fails with the error of the connection', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    other.close();
    client = httpClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    await expect(get()).rejects.toThrow('ECONNREFUSED');
  });
});
