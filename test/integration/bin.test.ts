import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { repository } from '../support/repository.ts';

it('does not trouble its users with what Node deprecates in libraries', async () => {
  const later = `data:text/javascript,setTimeout(() => process.emitWarning('old', 'DeprecationWarning', 'DEP0000'), 300)`;
  const words = ['--import', later, join(repository, 'dist/bin.js'), 'version'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words);
  expect(stdout).toMatch(/\d/);
  expect(stderr).toBe('');
});
