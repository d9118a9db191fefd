import { z } from 'zod';
import { defined } from '../defined.ts';
import type { LoadBalancer, Route } from '../services/service.ts';
import { seconds, serviceName, strictObject, text, whole } from './schema-parts.ts';

// The server names of nginx, without its regular expressions.
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
// What a location of nginx can match: nginx decodes and merges the request's path first.
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

const route = strictObject({
  service: followed(),
  host: text(HOST, 'a host name in lower case, such as "shop.example.org" or "*.example.org"', 253)
    .exactOptional()
    .meta({
      description:
        'Host name that clients ask for. Default: every host that no route names. A named host has only its own routes.',
      examples: ['shop.example.org', '*.example.org'],
    }),
  path: routePath()
    .default('/')
    .meta({
      description:
        'Paths to route: `/api` takes `/api`, `/api/` and everything below, but not `/apiary`. The longest path wins. The service gets the path unchanged.',
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
      'Seconds that an instance may send nothing before the request fails. If no answer takes longer, a short time spares clients an instance that hangs.',
  }),
  keepAlive: whole('a number of connections', 0, 1000).default(0).meta({
    description:
      "Idle connections to the service's instances that each nginx worker keeps, which saves work for each request. Each of them costs a request when a machine vanishes without notice.",
  }),
} satisfies Record<keyof Route, z.ZodType>);

/** A load balancer as written: one service, or routes to several. */
export const balancerSchema = strictObject({
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

/** The normal form: one service is one route for all requests, and no path ends in a slash. */
export function toLoadBalancer({ service, routes }: z.output<typeof balancerSchema>): LoadBalancer {
  if (service !== undefined) return { routes: [{ service, path: '/', timeout: 60, keepAlive: 0 }] };
  return {
    routes: (routes ?? []).map((route) => ({
      ...route,
      path: withoutSlash(route.path),
      ...defined({ health: route.health === undefined ? undefined : withoutSlash(route.health) }),
    })),
  };
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
