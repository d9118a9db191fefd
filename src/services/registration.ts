import type { Port, RegistrySettings, Service } from './service.ts';

/** The port whose answers are checked and registered: the service's first. */
export function registeredPort(service: Service): Port | undefined {
  return service.registration ? service.ports[0] : undefined;
}

/** The key and value of an instance's registration. */
export interface RegistrationEntry {
  readonly key: string;
  /** `ip:port`, the form that load balancers accept. */
  readonly value: string;
}

/** The folder of a service's registrations: `/services/apache/`. */
export function registrationPrefix(serviceName: string): string {
  return `/services/${serviceName}/`;
}

/** The backends of a load balancer, `ip:port`, by service. */
export type ServedLists = Readonly<Record<string, readonly string[]>>;

/** Whether an entry is a backend of its service; a backend of another service may have the same address. */
export function serves(lists: ServedLists, { key, value }: RegistrationEntry): boolean {
  return Object.entries(lists).some(
    ([service, backends]) => key.startsWith(registrationPrefix(service)) && backends.includes(value),
  );
}

/** The entry that an instance's sidekick writes when it runs at `addresses`; undefined for unregistered services. */
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

/** Why a service cannot have an instance of this name; undefined where it can. */
export function instanceProblem(service: Service, instance: string): string | undefined {
  if (service.ports.some((port) => port.host === 'instance')) {
    const isPort = /^[1-9]\d*$/.test(instance) && Number(instance) <= 65_535;
    return isPort
      ? undefined
      : `is not a port, and ${service.name} listens on the port its instance is named after`;
  }
  // The instance is part of the container's name, where docker allows only these.
  return /^[A-Za-z0-9_.-]+$/.test(instance) ? undefined : 'may hold letters, digits and _ . - only';
}

function hostPort(port: Port, instance: string | undefined): number | string {
  return port.host === 'instance' ? (instance ?? '') : port.host;
}
