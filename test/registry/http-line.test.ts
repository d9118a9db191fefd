import { afterEach, describe, expect, it } from 'vitest';
import { httpLine } from '../../src/registry/http-line.ts';
import { type LittleEtcd, littleEtcd } from './little-etcd.ts';

const line = httpLine({});
let server: LittleEtcd | undefined;
afterEach(async () => {
  line.close();
  await server?.close();
});
const ask = async (answer: Parameters<typeof littleEtcd>[0], timeoutMs: number) => {
  server = await littleEtcd(answer);
  return line.ask(server.endpoint, { method: 'GET', path: '/' }, timeoutMs);
};

describe('httpLine', () => {
  it('takes what is left of a time for a time-out, which is no whole number', async () => {
    await expect(ask(() => [200, 'here'], 17_932.217)).resolves.toEqual({ status: 200, text: 'here' });
  });

  it.each([0.4, 0, -0.1])('gives %s ms at least one', async (timeoutMs) => {
    await expect(ask(() => undefined, timeoutMs)).rejects.toThrow('no answer within 0.001 s');
  });
});
