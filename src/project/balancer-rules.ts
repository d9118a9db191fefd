import type { Route, Service } from '../services/service.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ConfigFinding, DataPath } from './finding.ts';

/**
 * The rules for a load balancer, the services it follows, and its routes among each other. `hasRoutes` says whether it is
 * written with `routes`, not with `service`.
 */
export function balancerFindings(
  { name, template, ports, loadBalancer }: Service,
  services: readonly Service[],
  allNames: readonly string[],
  hasRoutes: boolean,
): readonly ConfigFinding[] {
  if (!loadBalancer) return [];
  const { routes } = loadBalancer;
  const path = ['services', name, 'loadBalancer'];
  const findings: ConfigFinding[] = [];
  if (template) {
    const message = 'a load balancer has one copy, but this service is a template';
    const hint = 'add "template: false"';
    findings.push({ rule: 'load-balancer-template', path, part: 'key', message, hint });
  }
  if (ports.length === 0) {
    const message = 'a load balancer without a port serves nobody';
    findings.push({ rule: 'load-balancer-without-port', path, part: 'key', message, hint: 'add "ports"' });
  }
  const pathOf = (index: number): DataPath => (hasRoutes ? [...path, 'routes', index] : path);
  return [
    ...findings,
    ...routes.flatMap((route, index) =>
      followedFindings(route.service, name, services, allNames, [...pathOf(index), 'service']),
    ),
    ...routes.flatMap((_, index) => twinFindings(routes, index, pathOf(index))),
  ];
}

function followedFindings(
  followed: string,
  name: string,
  services: readonly Service[],
  allNames: readonly string[],
  path: DataPath,
): readonly ConfigFinding[] {
  const rule = 'load-balancer-service';
  if (followed === name) {
    const hint = 'name the service it stands in front of';
    return [{ rule, path, message: 'a load balancer cannot follow itself', hint }];
  }
  if (!allNames.includes(followed)) {
    const others = allNames.filter((other) => other !== name);
    const hint = didYouMean(followed, others) ?? 'add it to "services"';
    return [{ rule, path, message: `there is no service "${followed}"`, hint }];
  }
  const target = services.find((service) => service.name === followed);
  if (!target || target.registration) return [];
  const message = `service "${followed}" is not registered, so there is nothing to follow`;
  return [{ rule, path, message, hint: `add "registration: {}" to ${followed}` }];
}

/** nginx refuses two routes for the same requests. */
function twinFindings(routes: readonly Route[], index: number, path: DataPath): readonly ConfigFinding[] {
  const route = routes[index];
  const earlier = routes.slice(0, index).map((other, position) => ({ ...other, position }));
  if (!route) return [];
  const findings: ConfigFinding[] = [];
  const rule = 'duplicate-route';
  const twin = earlier.find((other) => other.host === route.host && other.path === route.path);
  if (twin) {
    const message = `routes[${twin.position}] already takes ${route.path} on ${hostOf(route)}`;
    findings.push({ rule, path: [...path, 'path'], message, hint: 'give it another host or path' });
  }
  const { health } = route;
  if (health === undefined) return findings;
  const taken =
    earlier.some((other) => other.host === route.host && other.health === health) ||
    routes.some((other) => other.host === route.host && other.path === health);
  if (!taken) return findings;
  const message = `${health} on ${hostOf(route)} is already the path of a route or the health of another`;
  return [...findings, { rule, path: [...path, 'health'], message, hint: 'give it another path' }];
}

function hostOf({ host }: Route): string {
  return host ?? 'any host';
}
