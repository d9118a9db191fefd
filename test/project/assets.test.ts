import { expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';

it('reads the sources of the package by path', async () => {
  const assets = await readAssets();
  expect(Object.keys(assets)).toContain('units/main.service.mustache');
  expect(assets['units/main.service.mustache']).toContain('[Service]');
});
