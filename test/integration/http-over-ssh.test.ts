import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpClient, httpClient } from '../../src/http/http-client.ts';
import { createConnect } from '../../src/ssh/connect.ts';
import type { Connection } from '../../src/ssh/connection.ts';
import { resolveWith, type Sshd, sshdMissing, startSshd } from '../ssh/sshd.ts';

const missing = sshdMissing();
if (missing !== undefined) process.stderr.write(`ssh tests skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)('HTTP over a socket that a real sshd forwards', () => {
  let sshd: Sshd;
  let connection: Connection;
  let client: HttpClient;
  let socket: string;
  let open = 0;
  let most = 0;
  const body = 'größer '.repeat(200_000);
  const server = createServer((request, response) => {
    if (request.url === '/never') return;
    if (request.url === '/once') response.setHeader('connection', 'close');
    response.end(request.url === '/large' ? body : 'ok');
  });
  server.on('connection', (stream) => {
    open += 1;
    most = Math.max(most, open);
    stream.on('close', () => {
      open -= 1;
    });
  });
  const get = async (path: string, timeoutMs = 10_000) =>
    (await client.request({ method: 'GET', path }, timeoutMs)).text;

  beforeAll(async () => {
    sshd = await startSshd();
    socket = join(sshd.dir, 'http.sock');
    server.listen(socket);
    await once(server, 'listening');
    connection = await createConnect(resolveWith(sshd.dir, ''))(sshd.target);
    client = httpClient('http://fleet', { openStream: () => connection.openUnix(socket), maxConnections: 8 });
  });
  afterAll(async () => {
    client.close();
    await connection.close();
    server.closeAllConnections();
    server.close();
    await sshd.stop();
  });

  it('needs at most 8 streams', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => get('/')));
    expect(new Set(answers)).toEqual(new Set(['ok']));
    expect(most).toBeLessThanOrEqual(8);
  });

  it('carries more than a window', async () => {
    expect((await get('/large')) === body).toBe(true);
  });

  it('goes on after a time-out, and after the server has ended a stream', async () => {
    await expect(get('/never', 200)).rejects.toThrow('no answer within 0.2 s');
    for (let count = 0; count < 3; count += 1) expect(await get('/once')).toBe('ok');
    expect(await get('/')).toBe('ok');
  });

  it('fails with the reason why no stream opens', async () => {
    const none = httpClient('http://fleet', { openStream: () => connection.openUnix(`${socket}.none`) });
    const request = none.request({ method: 'GET', path: '/' }, 10_000);
    await expect(request).rejects.toThrow(`could not open a stream to ${socket}.none`);
    none.close();
  });

  it('fails in time where the SSH connection ends', async () => {
    const other = await createConnect(resolveWith(sshd.dir, ''))(sshd.target);
    const over = httpClient('http://fleet', { openStream: () => other.openUnix(socket) });
    const received = once(server, 'request');
    const failure = expect(over.request({ method: 'GET', path: '/never' }, 10_000)).rejects.toThrow(
      'the connection ended before the answer',
    );
    await received;
    await other.close();
    await failure;
    over.close();
  });
});
