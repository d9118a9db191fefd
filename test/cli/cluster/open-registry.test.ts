import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/cli/cluster/open-registry.ts';
import { FakeConnection } from '../../fakes/fake-connection.ts';
import { eventually } from '../../support/eventually.ts';

const dir = mkdtempSync(join(tmpdir(), 'coreship-pem-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const listening = () => process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length;

describe('openRegistry', () => {
  const ca = join(dir, 'ca');
  const noPem = join(dir, 'no-pem');
  writeFileSync(ca, rootCertificates[0] ?? '');
  writeFileSync(noPem, 'no PEM');

  it.each([
    ['an authority', { caFile: noPem }],
    ['a certificate', { caFile: ca, certFile: noPem }],
    ['a key', { caFile: ca, certFile: ca, keyFile: noPem }],
  ])('says that %s is no PEM, and leaves nothing open', async (_, files) => {
    const before = listening();
    const read = () =>
      openRegistry('v3', { endpoints: ['https://etcd:2379'], ...files }, [
        () => Promise.resolve(new FakeConnection(() => ({}))),
      ]);
    await expect(read()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining("etcd's certificates do not match"),
      hint: expect.stringContaining('keyFile'),
    });
    // A turn later, where it was closed.
    await eventually(() => expect(listening()).toBe(before));
  });
});
