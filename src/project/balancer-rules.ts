import type { Route, Service } from '../services/service.ts';
import type { DataPath } from './data-path.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Finding } from './finding.ts';

/**
 * What a load balancer demands of the services it follows, and its routes of each other.
 * `hasRoutes` tells whether it was written with `routes` rather than `service`.
 */
export function balancerFindings(
  { name, template, ports, loadBalancer }: Service,
  services: readonly Service[],
  allNames: readonly string[],
  hasRoutes: boolean,
): readonly Finding[] {
  if (!loadBalancer) return [];
  const { routes } = loadBalancer;
  const path = ['services', name, 'loadBalancer'];
  const findings: Finding[] = [];
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
): readonly Finding[] {
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

/** Of two routes for the same requests nginx would take neither. */
function twinFindings(routes: readonly Route[], index: number, path: DataPath): readonly Finding[] {
  const route = routes[index];
  const earlier = routes.slice(0, index).map((other, at) => ({ ...other, at }));
  if (!route) return [];
  const findings: Finding[] = [];
  const rule = 'duplicate-route';
  const twin = earlier.find((other) => other.host === route.host && other.path === route.path);
  if (twin) {
    const message = `routes[${twin.at}] is for ${route.path} on ${hostOf(route)} already`;
    findings.push({ rule, path: [...path, 'path'], message, hint: 'give it another host or path' });
  }
  const { health } = route;
  if (health === undefined) return findings;
  const taken =
    earlier.some((other) => other.host === route.host && other.health === health) ||
    routes.some((other) => other.host === route.host && other.path === health);
  if (!taken) return findings;
  const message = `${health} on ${hostOf(route)} is the path of a route, or the health of another`;
  return [...findings, { rule, path: [...path, 'health'], message, hint: 'give it a path of its own' }];
}

function hostOf({ host }: Route): string {
  return host ?? 'any host';
}
