/**
 * A service with every default filled in and every value checked. People write it in `coreship.yaml`;
 * project/service-schema.ts documents its keys.
 */
export interface Service {
  /** Name of the service and prefix of its units: `apache`, `nginx_lb`. */
  readonly name: string;
  readonly description: string;
  /** True where the main unit is a template with instances (`apache@.service`), false for one copy. */
  readonly template: boolean;
  readonly runtime: Runtime;
  readonly image: string;
  /** `missing` pulls only an image that the machine lacks, so that a restart never needs the image registry. */
  readonly pull: 'missing' | 'always';
  /** The container's command, one word for each entry; empty for the image's own. */
  readonly command: readonly string[];
  /** Environment variables of the container. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly Port[];
  /** Seconds that a start may take, including a pull of the image. */
  readonly startTimeout: number;
  /** Seconds between an instance's removal from the load balancers and its stop, for requests in progress. */
  readonly drain: number;
  readonly placement: Placement;
  /** Present where a sidekick registers the service's instances in etcd. */
  readonly registration?: Registration;
  /** Present where the service is a load balancer that follows other services. */
  readonly loadBalancer?: LoadBalancer;
}

/** The program that runs containers; both take the same command line. */
export type Runtime = 'docker' | 'podman';

/** A published port. */
export interface Port {
  readonly container: number;
  /** Port on the machine; `instance` uses the instance's name as the port (`apache@7777` listens on 7777). */
  readonly host: number | 'instance';
  /** The machine's address it is published on: `COREOS_PRIVATE_IPV4` or `COREOS_PUBLIC_IPV4`. */
  readonly address: 'private' | 'public';
}

/** The variables in /etc/environment that hold a machine's addresses. */
export const addressVariables = {
  private: 'COREOS_PRIVATE_IPV4',
  public: 'COREOS_PUBLIC_IPV4',
} as const satisfies Record<Port['address'], string>;

/** Where the service's main units may run: the `[X-Fleet]` options of the main unit. */
export interface Placement {
  /** Patterns of unit names that never share a machine with this service. */
  readonly conflicts: readonly string[];
  /** Pairs `key=value` of machine metadata: one value of each key must match. */
  readonly metadata: readonly string[];
}

/** How instances are checked and kept in the registry. Times are seconds. */
export interface Registration {
  readonly check: 'http' | 'tcp';
  /** Path that an HTTP check requests. */
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  /** Successful checks in a row before registration. */
  readonly rise: number;
  /** Failed checks in a row before removal. */
  readonly fall: number;
  /** How long a registration outlives its sidekick. */
  readonly ttl: number;
}

/** What a load balancer follows. */
export interface LoadBalancer {
  /** At least one; no two match the same requests. */
  readonly routes: readonly Route[];
}

/** Requests that a load balancer sends to one service. */
export interface Route {
  /** Name of the service whose registered instances become the upstream. */
  readonly service: string;
  /** Host name of the requests; absent for every host that no route names. */
  readonly host?: string;
  /** `/`, or a path without a slash at its end; matches itself and everything below it. */
  readonly path: string;
  /** Path that the load balancer answers itself: 200 while the service has instances, otherwise 503. */
  readonly health?: string;
  /** Seconds without data from an instance until the request fails. */
  readonly timeout: number;
  /** Idle connections to the service's instances that each worker of nginx keeps; 0 for a new connection each time. */
  readonly keepAlive: number;
}

/** The registry's scheme, one for a whole project. */
export interface RegistrySettings {
  /** The API of etcd that sidekicks, load balancers and coreship use. The two APIs do not share keys. */
  readonly api: 'v3' | 'v2';
  /** `address`: `/services/<service>/<ip>:<port>`; `host`: the tutorial's `/services/<service>/<ip>`. */
  readonly key: 'address' | 'host';
}
