import { z } from 'zod';
import type { RegistrySettings } from '../services/service.ts';
import { clusterName, clusterSchema } from './cluster-schema.ts';
import { name, serviceName, strictObject } from './schema-parts.ts';
import { serviceSchema } from './service-schema.ts';

const registry = strictObject({
  api: z.enum(['v3', 'v2']).default('v3').meta({
    description:
      "Version of etcd's API. `v2` needs etcd 2, or etcd 3.5 and older with `--enable-v2`; the two do not see each other's keys.",
  }),
  key: z.enum(['address', 'host']).default('address').meta({
    description:
      'Form of a registration: `address` is /services/<service>/<ip>:<port>, `host` is /services/<service>/<ip>.',
  }),
} satisfies Record<keyof RegistrySettings, z.ZodType>);

/** The schema of `coreship.yaml`: every key with its default and its manual. */
export const configSchema = strictObject({
  name: name(50).meta({
    description: 'Name of the project; on machines its units are wanted by `coreship-<name>.target`.',
    examples: ['tutorial'],
  }),
  registry: registry.prefault({}).meta({ description: 'How instances are registered in etcd.' }),
  services: z
    .record(serviceName(), serviceSchema)
    .prefault({})
    .meta({ description: 'The services by name.' }),
  clusters: z.record(clusterName, clusterSchema).prefault({}).meta({
    description: 'The clusters by name. One named `lab` replaces the built-in local lab.',
  }),
}).meta({ title: 'coreship.yaml', description: 'A coreship project: its services and its clusters.' });
