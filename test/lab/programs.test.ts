import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPrograms } from '../../src/lab/programs.ts';

describe('the folder of programs for a lab', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coreship-bin-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fill = async (...names: readonly string[]): Promise<void> => {
    for (const name of names) await writeFile(join(folder, name), name);
  };

  it.each([
    { there: ['fleetd'], missing: 'fleetctl' },
    { there: ['confd', 'fleetctl'], missing: 'fleetd' },
    { there: ['etcd'], missing: 'etcdctl' },
    { there: ['etcdctl', 'confd'], missing: 'etcd' },
  ])('is refused with one of a pair only: without $missing', async ({ there, missing }) => {
    await fill(...there);
    await expect(readPrograms(folder)).rejects.toThrow(`there is no ${missing} in ${folder}`);
  });

  it('is refused where it has none of the known programs', async () => {
    await fill('README');
    await expect(readPrograms(folder)).rejects.toThrow(`there is no program for a lab in ${folder}`);
  });

  it.each([
    { there: ['confd'], sets: { inImages: ['confd'] } },
    { there: ['fleetd', 'fleetctl'], sets: { fleet: ['fleetd', 'fleetctl'] } },
    {
      there: ['etcd', 'etcdctl', 'confd'],
      sets: { etcd: ['etcd', 'etcdctl'], inImages: ['etcdctl', 'confd'] },
    },
  ])('with $there', async ({ there, sets }) => {
    await fill(...there);
    const { folder: path, ...found } = await readPrograms(folder);
    const names = Object.entries(found).map(([key, set]) => [key, set.names]);
    expect([path, Object.fromEntries(names)]).toEqual([folder, sets]);
  });

  it('has another hash when a program changes', async () => {
    await fill('etcd', 'etcdctl');
    const before = await readPrograms(folder);
    expect((await readPrograms(folder)).etcd?.hash).toBe(before.etcd?.hash);
    await writeFile(join(folder, 'etcd'), 'another');
    const after = await readPrograms(folder);
    expect(after.etcd?.hash).not.toBe(before.etcd?.hash);
    expect(after.inImages?.hash).toBe(before.inImages?.hash);
  });
});
