import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOfPrograms, readPrograms } from '../../src/lab/programs.ts';

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
  ])('holds two that belong together: without $missing it is refused', async ({ there, missing }) => {
    await fill(...there);
    await expect(readPrograms(folder)).rejects.toThrow(`there is no ${missing} in ${folder}`);
  });

  it('is refused where it holds nothing of use', async () => {
    await fill('README');
    await expect(readPrograms(folder)).rejects.toThrow(`there is no program for a lab in ${folder}`);
  });

  it.each([
    { there: ['confd'], fleet: false, etcd: false, inImages: ['confd'] },
    { there: ['fleetd', 'fleetctl'], fleet: true, etcd: false, inImages: [] },
    { there: ['etcd', 'etcdctl', 'confd'], fleet: false, etcd: true, inImages: ['etcdctl', 'confd'] },
  ])('with $there', async ({ there, ...expected }) => {
    await fill(...there);
    await expect(readPrograms(folder)).resolves.toEqual({ folder, ...expected });
  });

  it('is told apart from another by what the programs are', async () => {
    await fill('etcd', 'etcdctl');
    const before = await hashOfPrograms(folder, ['etcd', 'etcdctl']);
    await writeFile(join(folder, 'etcd'), 'another');
    expect(await hashOfPrograms(folder, ['etcd', 'etcdctl'])).not.toBe(before);
  });
});
