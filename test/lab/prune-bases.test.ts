import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneBases } from '../../src/lab/prune-bases.ts';

it('removes the bases that nobody uses, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coreship-bases-'));
  try {
    for (const name of ['machine-bookworm-1', 'machine-bookworm-2', 'other']) {
      await mkdir(join(folder, name, 'etc'), { recursive: true });
    }
    for (const name of ['image-bookworm-1.tar', 'image-bookworm-2.tar', '.lock']) {
      await writeFile(join(folder, name), '');
    }
    const removed = await pruneBases(folder, new Set(['machine-bookworm-2', 'image-bookworm-2.tar']));
    expect([...removed].sort()).toEqual(['image-bookworm-1.tar', 'machine-bookworm-1']);
    expect((await readdir(folder)).sort()).toEqual([
      '.lock',
      'image-bookworm-2.tar',
      'machine-bookworm-2',
      'other',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
