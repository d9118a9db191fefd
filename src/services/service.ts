/**
 * A service as coreship thinks of it: every default filled in, every value checked.
 * Written by people in `coreship.yaml`; project/schema.ts is its manual.
 */
export interface Service {
  /** Name of the service and prefix of its units: `apache`, `nginx_lb`. */
  readonly name: string;
  readonly description: string;
  /** True where the main unit is a template with instances (`apache@.service`), false for one copy. */
  readonly template: boolean;
  readonly runtime: Runtime;
  readonly image: string;
  /** `missing` pulls only what the machine lacks, so that a restart never needs the image registry. */
  readonly pull: 'missing' | 'always';
  /** The container's command, a word an entry; empty for the image's own. */
  readonly command: readonly string[];
  /** Variables of the unit that the container gets too. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly Port[];
  /** Seconds a start may take, a pull of the image included. */
  readonly startTimeout: number;
  /** Seconds between the load balancers' letting go of an instance and its stop, for requests under way. */
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
  /** Port on the machine; `instance` takes the instance's name as the port (`apache@7777` listens on 7777). */
  readonly host: number | 'instance';
  /** The machine's address it is published on: `COREOS_PRIVATE_IPV4` or `COREOS_PUBLIC_IPV4`. */
  readonly address: 'private' | 'public';
}

/** Where units find a machine's addresses: variables in its /etc/environment. */
export const addressVariables = {
  private: 'COREOS_PRIVATE_IPV4',
  public: 'COREOS_PUBLIC_IPV4',
} as const satisfies Record<Port['address'], string>;

/** Where the service's main units may run: the `[X-Fleet]` options of the main unit. */
export interface Placement {
  /** Unit name patterns this service's units keep apart from. */
  readonly conflicts: readonly string[];
  /** Pairs `key=value` of machine metadata: same key means or, different keys mean and. */
  readonly metadata: readonly string[];
}

/** How instances are checked and kept in the registry. Times are seconds. */
export interface Registration {
  readonly check: 'http' | 'tcp';
  /** Path asked for by an HTTP check. */
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  /** Good checks in a row until registered. */
  readonly rise: number;
  /** Bad checks in a row until removed. */
  readonly fall: number;
  /** Life of the registration once nobody keeps it alive. */
  readonly ttl: number;
}

/** What a load balancer follows. */
export interface LoadBalancer {
  /** At least one; no two are for the same requests. */
  readonly routes: readonly Route[];
}

/** Requests that a load balancer sends to one service. */
export interface Route {
  /** Name of the service whose registered instances become the upstream. */
  readonly service: string;
  /** Host name that clients ask for; absent for every host that no route names. */
  readonly host?: string;
  /** `/`, or a path without a slash at its end: for itself and all below it. */
  readonly path: string;
  /** Path that the load balancer answers itself: 200 while the service has instances, else 503. */
  readonly health?: string;
  /** Seconds without a word from an instance until the request has failed. */
  readonly timeout: number;
  /** Idle connections to the service's instances that each worker of nginx keeps; 0 for a new one each time. */
  readonly keepAlive: number;
}

/** The registry's scheme, one for a whole project. */
export interface RegistrySettings {
  /** The API of etcd that sidekicks, load balancers and coreship use: their keys are of two worlds. */
  readonly api: 'v3' | 'v2';
  /** `address`: `/services/<service>/<ip>:<port>`; `host`: the tutorial's `/services/<service>/<ip>`. */
  readonly key: 'address' | 'host';
}
