import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImages } from '../../src/lab/images.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coreship-images-'));
  await mkdir(join(folder, 'good'));
  await writeFile(join(folder, 'good/Dockerfile'), 'ARG BASE\nFROM $BASE\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('images for a lab', () => {
  it.each(['example/apache', 'apache', 'example/apache:1.2', 'example/nginx_lb'])(
    'can be named %s',
    async (name) => {
      expect(await checkImages([{ name, context: join(folder, 'good') }])).toBeUndefined();
    },
  );

  it.each(['registry.example/apache', 'a/b/c', 'localhost:5000/apache', '', '-x', 'Apache', 'a b'])(
    'cannot be named %j',
    async (name) => {
      const check = checkImages([{ name, context: join(folder, 'good') }]);
      await expect(check).rejects.toThrow(`cannot serve an image named ${JSON.stringify(name)}`);
    },
  );

  it('need a Dockerfile', async () => {
    const check = checkImages([{ name: 'example/apache', context: folder }]);
    await expect(check).rejects.toThrow(`image example/apache has no Dockerfile in ${folder}`);
  });
});
