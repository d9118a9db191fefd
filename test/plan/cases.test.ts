import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runScript } from './plan-script.ts';

const folder = fileURLToPath(new URL('../cases/plan/', import.meta.url));
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .map((file) => [file, readFileSync(folder + file, 'utf8')] as const);

it.each(cases)('plans as recorded: %s', async (file, script) => {
  await expect(runScript(script)).toMatchFileSnapshot(folder + file);
});

it('has cases', () => {
  expect(cases.length).toBeGreaterThan(30);
});
