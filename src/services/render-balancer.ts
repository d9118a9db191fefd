import { type Assets, assetText } from './assets.ts';
import { fill, type View } from './fill.ts';
import type { RenderedFile } from './rendered-file.ts';
import type { RegistrySettings, Route, Service } from './service.ts';

/** The build context of a load balancer's image; no files for other services, whose images belong to the project. */
export function renderBalancerImage(
  service: Service,
  settings: RegistrySettings,
  assets: Assets,
): readonly RenderedFile[] {
  if (!service.loadBalancer) return [];
  const { routes, ...rest } = service.loadBalancer;
  rest satisfies Record<string, never>;
  const followed = followedServices(routes);
  const folder = `images/${service.name}`;
  const file = (name: string, view: View): RenderedFile => ({
    path: `${folder}/${name}`,
    content: fill(assetText(assets, `load-balancer/${name}.mustache`), view),
  });
  const plain = (name: string): RenderedFile => ({
    path: `${folder}/${name}`,
    content: assetText(assets, `load-balancer/${name}`),
  });
  return [
    file('Dockerfile', {
      name: service.name,
      services: followed.join(' '),
      keepAlive: followed.map((name) => keepAliveOf(name, routes)).join(' '),
      api: settings.api,
    }),
    file('nginx.conf', { servers: serverViews(routes, followed) }),
    file('confd/conf.d/nginx.toml', {
      keys: confdKeys(followed, settings.api)
        .map((key) => `"${key}"`)
        .join(', '),
    }),
    plain('confd/templates/nginx.tmpl'),
    { ...plain('confd-watch'), executable: true },
    plain('lists.sh'),
    plain('watchers.sh'),
  ];
}

/** The services that the routes name, each once: the value of SERVICES in the image. */
function followedServices(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.map(({ service }) => service))];
}

/**
 * The keys that confd reads, relative to /services. In v2 it reads one key after the other and fails where one is missing,
 * so several services need their whole folder.
 */
function confdKeys(followed: readonly string[], api: RegistrySettings['api']): readonly string[] {
  if (api === 'v2' && followed.length > 1) return ['/'];
  return followed.map((name) => `/${name}`);
}

/** All routes to a service share its connections. */
function keepAliveOf(service: string, routes: readonly Route[]): number {
  return Math.max(...routes.filter((route) => route.service === service).map(({ keepAlive }) => keepAlive));
}

/** The server for hosts that no route names comes first: one server must be the default. */
function serverViews(routes: readonly Route[], followed: readonly string[]): readonly View[] {
  const hosts = new Set([undefined, ...routes.map(({ host }) => host)]);
  return [...hosts].map((host) => {
    const own = routes.filter((route) => route.host === host);
    return {
      host: host ?? false,
      root: own.some(({ path }) => path === '/'),
      routes: own.map((route) => routeView(route, followed)),
    };
  });
}

/** A route's part of its server: `host` is the server's, and `keepAlive` the image's. */
function routeView(
  { service, path, health, timeout, host: _host, keepAlive: _keepAlive, ...rest }: Route,
  followed: readonly string[],
): View {
  rest satisfies Record<string, never>;
  return {
    service,
    index: followed.indexOf(service),
    health: health ?? false,
    timeout: duration(timeout),
    locations: locationsOf(path).map((location) => ({ location })),
  };
}

/** nginx accepts no fractions. */
function duration(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}

/** nginx compares prefixes by character, not by segment: `/api` alone would match `/apiary` too. */
function locationsOf(path: string): readonly string[] {
  return path === '/' ? ['/'] : [`= ${path}`, `${path}/`];
}
