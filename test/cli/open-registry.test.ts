import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openRegistry } from '../../src/cli/open-registry.ts';
import { FakeConnection } from '../fakes/fake-connection.ts';

const dir = mkdtempSync(join(tmpdir(), 'coreship-pem-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const listening = () => process.getActiveResourcesInfo().filter((one) => one === 'TCPServerWrap').length;

describe('openRegistry', () => {
  it.each(['v3', 'v2'] as const)('%s says that a file is no PEM, and leaves nothing open', async (api) => {
    const file = join(dir, 'file');
    writeFileSync(file, 'no PEM');
    const before = listening();
    const read = async () => {
      const etcd = { endpoints: ['https://etcd:2379'], caFile: file, certFile: file, keyFile: file };
      const registry = await openRegistry(api, etcd, [() => Promise.resolve(new FakeConnection(() => ({})))]);
      await registry.registrations('/services/').finally(() => registry.close());
    };
    await expect(read()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('etcd and its certificates do not fit'),
      hint: expect.stringContaining('keyFile'),
    });
    // A turn later, where it was closed.
    await vi.waitFor(() => expect(listening()).toBe(before));
  });
});
