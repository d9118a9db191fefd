import { z } from 'zod';
import type { LoadBalancer, Route } from '../services/service.ts';
import { keys, seconds, serviceName, text, whole } from './schema-parts.ts';

// What nginx takes for a server name, without its regular expressions.
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
// What a location can be compared with: nginx has decoded and merged the request's path before.
const ROUTE_PATH = /^(?:\/[A-Za-z0-9._~@,+:=-]+)*\/?$/;

const routePath = () =>
  text(ROUTE_PATH, 'a path such as "/api": it begins with "/" and holds no "//", spaces and quotes', 200).min(
    1,
    'must begin with "/"',
  );

const followed = () =>
  serviceName().meta({
    description: 'Service whose registered instances are the upstream; it must have a `registration`.',
    examples: ['apache'],
  });

const route = keys({
  service: followed(),
  host: text(HOST, 'a host name in lower case, such as "shop.example.org" or "*.example.org"', 253)
    .exactOptional()
    .meta({
      description:
        'Host name that clients ask for. Default: every host that no route names. A host has only its own routes.',
      examples: ['shop.example.org', '*.example.org'],
    }),
  path: routePath()
    .default('/')
    .meta({
      description:
        'Paths it is for: `/api` is for `/api`, `/api/` and all below, not for `/apiary`. The longest path wins. The service gets the path unchanged.',
      examples: ['/api'],
    }),
  health: routePath()
    .exactOptional()
    .meta({
      description:
        'Path that the load balancer answers itself: 200 while the service has instances, else 503. Default: none.',
      examples: ['/health/shop'],
    }),
  timeout: seconds(0.1, 86_400).default(60).meta({
    description:
      'Seconds without a word from an instance until the request has failed. A short one spares clients an instance that hangs, where no answer takes longer.',
  }),
  keepAlive: whole('a number of connections', 0, 1000).default(0).meta({
    description:
      "Idle connections to the service's instances that each of nginx's workers keeps, for less work a request. Each of them costs a request when a machine vanishes without a word.",
  }),
} satisfies Record<keyof Route, z.ZodType>);

/** A load balancer as it is written: one service, or routes to several. */
export const balancerSchema = keys({
  service: followed().exactOptional(),
  routes: z
    .array(route)
    .min(1, 'must have a route')
    .exactOptional()
    .meta({
      description: 'Several services by host name or path, instead of `service`.',
      examples: [[{ service: 'apache' }, { service: 'shop', path: '/shop' }]],
    }),
} satisfies Record<'service' | keyof LoadBalancer, z.ZodType>).refine(
  ({ service, routes }) => (service === undefined) !== (routes === undefined),
  { message: 'must have either "service" or "routes"' },
);

/** One service is one route for all; a slash at the end of a path makes no difference. */
export function toLoadBalancer({ service, routes }: z.output<typeof balancerSchema>): LoadBalancer {
  if (service !== undefined) return { routes: [{ service, path: '/', timeout: 60, keepAlive: 0 }] };
  return {
    routes: (routes ?? []).map((route) => ({
      ...route,
      path: withoutEnd(route.path),
      ...(route.health === undefined ? {} : { health: withoutEnd(route.health) }),
    })),
  };
}

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
