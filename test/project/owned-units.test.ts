import { expect, it } from 'vitest';
import { ownedUnits } from '../../src/project/owned-units.ts';
import { readProject } from '../../src/project/read-project.ts';
import { temporaryProject } from './temporary-project.ts';

const service = '[Service]\nExecStart=/bin/true\n';

it.each([
  ['nginx.service', true],
  ['apache@7777.service', true],
  // Scaled away, and still the project's to remove.
  ['apache@9999.service', true],
  ['apache@.service', false],
  ['apache@7777.timer', false],
  ['apache-discovery@7777.service', false],
  ['other.service', false],
])('%s belongs to the project: %s', async (unit, owned) => {
  const root = await temporaryProject({
    'coreship.yaml': 'name: mine\n',
    'static/nginx.service': service,
    'unit-templates/apache@.service': service,
    'instances/apache@7777.service': { link: '../unit-templates/apache@.service' },
  });
  const { project } = await readProject(root);
  expect(ownedUnits(project)(unit)).toBe(owned);
});
