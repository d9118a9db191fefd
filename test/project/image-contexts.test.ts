import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { imageContexts } from '../../src/project/image-contexts.ts';

it('gives the image of each service that has a Dockerfile', async () => {
  const root = await mkdtemp(join(tmpdir(), 'coreship-contexts-'));
  try {
    await mkdir(join(root, 'images/apache'), { recursive: true });
    await writeFile(join(root, 'images/apache/Dockerfile'), 'FROM scratch\n');
    await mkdir(join(root, 'images/empty'));
    const services = ['apache', 'empty', 'none'].map((name) => ({ name, image: `example/${name}` }));
    expect(await imageContexts(root, services)).toEqual([
      { name: 'example/apache', context: join(root, 'images/apache') },
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});
