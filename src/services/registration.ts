import { CoreshipError } from '../errors.ts';
import type { Port, RegistrySettings, Service } from './service.ts';

/** The port whose answers are checked and registered: the service's first. */
export function registeredPort(service: Service): Port | undefined {
  return service.registration ? service.ports[0] : undefined;
}

/** Where an instance's registration lies and what it says. */
export interface RegistrationEntry {
  readonly key: string;
  /** `ip:port`, as a load balancer takes it. */
  readonly value: string;
}

/** The folder of a service's registrations: `/services/apache/`. */
export function registrationPrefix(serviceName: string): string {
  return `/services/${serviceName}/`;
}

/** The entry an instance's sidekick writes when it runs at `addresses`; absent for unregistered services. */
export function registrationEntry(
  service: Service,
  instance: string | undefined,
  addresses: { readonly private?: string; readonly public?: string },
  settings: RegistrySettings,
): RegistrationEntry | undefined {
  const port = registeredPort(service);
  const ip = addresses.private;
  if (!port || !ip) return undefined;
  const value = `${ip}:${hostPort(port, instance)}`;
  const prefix = registrationPrefix(service.name);
  return { key: settings.key === 'host' ? `${prefix}${ip}` : `${prefix}${value}`, value };
}

/** Refuses an instance name that the service cannot have: a port where its name is one. */
export function checkInstance(service: Service, instance: string): void {
  if (!service.ports.some((port) => port.host === 'instance')) return;
  const port = Number(instance);
  if (/^[1-9]\d*$/.test(instance) && port <= 65_535) return;
  throw new CoreshipError('usage', `instance ${JSON.stringify(instance)} of ${service.name} is not a port`, {
    hint: `${service.name} listens on the port its instance is named after: a number from 1 to 65535`,
  });
}

function hostPort(port: Port, instance: string | undefined): number | string {
  return port.host === 'instance' ? (instance ?? '') : port.host;
}
