import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The text of schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}

/** JSON Schema (draft 2020-12) of `coreship.yaml` as it is written; `schema.json` at the root is a copy of it. */
export function jsonSchema(): object {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema: node }) => {
      if (node.additionalProperties === false) node.patternProperties = { '^x-': {} };
    },
  });
}
