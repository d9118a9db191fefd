import { expect, it } from 'vitest';
import { configurationPage } from '../../scripts/configuration-page.ts';
import { jsonSchema } from '../../src/project/json-schema.ts';

it('docs/configuration.md tells every key of the schema', async () => {
  await expect(configurationPage(jsonSchema())).toMatchFileSnapshot('../../docs/configuration.md');
});
