import { z } from 'zod';
import { compileGlob } from '../placement/glob.ts';
import type { Placement, Port, Registration, Service } from '../services/service.ts';
import { balancerSchema, toLoadBalancer } from './balancer-schema.ts';
import { line, port, seconds, strictObject, text, whole } from './schema-parts.ts';

// In a unit file, white space around a value is lost, and a backslash at its end continues it on the next line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const DESCRIPTION = /^(?![\s\\])[^\u0000-\u001f\u007f\u0085\u2028\u2029]*(?<![\s\\])$/;
const IMAGE =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,128})?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const UNIT_PATTERN = /^(?:[A-Za-z0-9:_.\\@*?-]|%[inpN]|\[[!^]?[A-Za-z0-9:_.@-]+\])+$/;
const METADATA = /^[A-Za-z0-9_][A-Za-z0-9_.-]*=[A-Za-z0-9_.:/-]+$/;
const CHECK_PATH = /^\/[A-Za-z0-9._~/?=&%:@,+-]*$/;

const ports = strictObject({
  container: port().meta({ description: 'Port inside the container.', examples: [80] }),
  host: z
    .union([port(), z.literal('instance')], 'must be a port number from 1 to 65535, or "instance"')
    .exactOptional()
    .meta({
      description:
        "Port on the machine. `instance` takes the instance's name as the port: apache@7777 listens on 7777. Default: `instance` for a template, else the container's port.",
      examples: ['instance', 80],
    }),
  address: z.enum(['private', 'public']).default('private').meta({
    description: 'Address of the machine to publish on: COREOS_PRIVATE_IPV4 or COREOS_PUBLIC_IPV4.',
  }),
} satisfies Record<keyof Port, z.ZodType>);

const placement = strictObject({
  conflicts: z
    .array(
      text(UNIT_PATTERN, 'a unit name pattern such as "apache@*.service"', 255).refine(compileGlob, {
        message: 'must be a pattern that can match something: "[…]" holds characters or ranges such as "0-9"',
      }),
    )
    .default([])
    .meta({
      description:
        'Unit name patterns (`*`, `?`, `[…]`): units that never share a machine with this service.',
      examples: [['apache@*.service', 'nginx.service']],
    }),
  metadata: z
    .array(text(METADATA, 'a pair "key=value" of machine metadata', 255))
    .default([])
    .meta({
      description:
        'Machine metadata that the service needs. The same key twice accepts either value; different keys must all match.',
      examples: [['disk=ssd', 'zone=a', 'zone=b']],
    }),
} satisfies Record<keyof Placement, z.ZodType>);

const registration = strictObject({
  check: z.enum(['http', 'tcp']).default('http').meta({
    description:
      'How an instance is checked: a GET that must be answered, in full, with a status of 2xx or 3xx (a redirect is not followed), or a connection that must be accepted.',
  }),
  path: text(CHECK_PATH, 'a path that begins with "/", without spaces and quotes', 200)
    .default('/')
    .meta({ description: 'Path asked for by an HTTP check.', examples: ['/healthz'] }),
  interval: seconds(0.1, 3600)
    .default(1)
    .meta({ description: 'Seconds from the start of one check to the start of the next.' }),
  timeout: seconds(0.1, 300).default(1).meta({ description: 'Seconds that a check may take.' }),
  rise: whole('a number of checks', 1, 100).default(1).meta({
    description: 'Successful checks in a row before the instance is registered.',
  }),
  fall: whole('a number of checks', 1, 100).default(2).meta({
    description: 'Failed checks in a row before its registration is removed.',
  }),
  ttl: whole('seconds', 2, 3600).default(4).meta({
    description:
      'Seconds that a registration outlives its sidekick; with API v2 one more, for a leader election.',
  }),
} satisfies Record<keyof Registration, z.ZodType>);

/** One service as written; its name is its key in `services`. */
export const serviceSchema = strictObject({
  description: text(DESCRIPTION, 'one line that neither begins nor ends in white space or a backslash', 200)
    .exactOptional()
    .meta({
      description: "The units' Description=. Default: the service's name.",
      examples: ['Apache web server'],
    }),
  template: z.boolean().default(true).meta({
    description: 'True for a template with instances (apache@7777), false for one copy.',
  }),
  runtime: z
    .enum(['docker', 'podman'])
    .default('docker')
    .meta({ description: 'Program that runs the container.' }),
  image: text(IMAGE, 'an image reference such as "example/apache:1.2"', 500).meta({
    description: 'Image of the container.',
    examples: ['example/apache', 'registry.example.org:5000/web/apache:2.4'],
  }),
  pull: z.enum(['missing', 'always']).default('missing').meta({
    description:
      '`missing` pulls only if the machine lacks the image; `always` asks the image registry at every start.',
  }),
  command: z
    .array(line(1000))
    .default([])
    .meta({
      description: "Command of the container, one word per entry. Default: the image's own.",
      examples: [['/usr/sbin/apache2ctl', '-D', 'FOREGROUND']],
    }),
  environment: z
    .record(
      text(VARIABLE, 'a variable name: letters, digits and "_", not beginning with a digit', 200),
      line(1000),
    )
    .prefault({})
    .meta({ description: 'Environment variables of the container.', examples: [{ LOG_LEVEL: 'info' }] }),
  ports: z.array(ports).default([]).meta({
    description: 'Published ports. The first one is checked and registered.',
  }),
  startTimeout: whole('seconds', 1, 86_400).default(600).meta({
    description: 'Seconds that a start may take, including a pull of the image.',
  }),
  drain: seconds(0, 3600).default(1).meta({
    description: "Seconds between an instance's removal from the load balancers and its stop.",
  }),
  placement: placement
    .prefault({})
    .meta({ description: 'Where the service may run: its [X-Fleet] options.' }),
  registration: registration.exactOptional().meta({
    description:
      'A sidekick checks and registers the instances in etcd. `{}` takes all defaults. Default: none.',
  }),
  loadBalancer: balancerSchema.exactOptional().meta({
    description: 'The service is a load balancer that follows other services. Default: it is not.',
  }),
} satisfies Record<Exclude<keyof Service, 'name'>, z.ZodType>);

/** A service as written, with the defaults that the schema fills in. */
export type WrittenService = z.output<typeof serviceSchema>;

/** Gives a written service its name, and the defaults that depend on other keys. */
export function toService(name: string, written: WrittenService): Service {
  const { description = name, template, ports, loadBalancer, ...others } = written;
  const usual = (container: number) => (template ? 'instance' : container);
  return {
    ...others,
    name,
    description,
    template,
    ports: ports.map((port) => ({ ...port, host: port.host ?? usual(port.container) })),
    ...(loadBalancer && { loadBalancer: toLoadBalancer(loadBalancer) }),
  };
}
