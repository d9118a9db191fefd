import { expect, it } from 'vitest';
import { jsonSchema } from '../../src/project/json-schema.ts';
import { configurationPage } from './configuration-page.ts';

it('docs/configuration.md tells every key of the schema', async () => {
  await expect(configurationPage(jsonSchema())).toMatchFileSnapshot('../../docs/configuration.md');
});
