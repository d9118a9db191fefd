import { z } from 'zod';
import { configSchema } from './schema.ts';

/** JSON Schema (draft 2020-12) of `coreship.yaml` as people write it; `schema.json` at the root is its copy. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema: node }) => {
      if (node.additionalProperties === false) node.patternProperties = { '^x-': {} };
    },
  });
}
