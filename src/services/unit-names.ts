import type { Service } from './service.ts';

/** The main unit's file name: `apache@.service` for a template, `nginx_lb.service` for one copy. */
export function mainUnit(service: Pick<Service, 'name' | 'template'>): string {
  return `${service.name}${service.template ? '@' : ''}.service`;
}

/** The sidekick's file name: `apache-discovery@.service`. */
export function sidekickUnit(service: Pick<Service, 'name' | 'template'>): string {
  return `${service.name}-discovery${service.template ? '@' : ''}.service`;
}

/** A sibling unit as named inside a unit file: `apache@%i.service`. */
export function withInstanceSpecifier(unit: string): string {
  return unit.replace('@.', '@%i.');
}

/** The container's name: `apache.7777`, `apache.%i` inside the template, `nginx_lb` for one copy. */
export function containerName(service: Pick<Service, 'name' | 'template'>, instance = '%i'): string {
  return service.template ? `${service.name}.${instance}` : service.name;
}
