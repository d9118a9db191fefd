import type { Registration, Service } from '../../src/services/service.ts';

/** A registration as the schema fills it in. */
export const usualRegistration: Registration = {
  check: 'http',
  path: '/',
  interval: 1,
  timeout: 1,
  rise: 1,
  fall: 2,
  ttl: 4,
};

/** A template that registers on its instance's port, with whatever a test makes different. */
export function apacheLike(changes: Partial<Service> = {}): Service {
  return {
    name: 'apache',
    description: 'Apache web server',
    template: true,
    runtime: 'docker',
    image: 'example/apache',
    pull: 'missing',
    command: ['/usr/sbin/apache2ctl', '-D', 'FOREGROUND'],
    environment: {},
    ports: [{ container: 80, host: 'instance', address: 'private' }],
    startTimeout: 600,
    drain: 1,
    placement: { conflicts: ['apache@*.service'], metadata: [] },
    registration: usualRegistration,
    ...changes,
  };
}

/** A load balancer with one copy. */
export function balancerLike(changes: Partial<Service> = {}): Service {
  const { registration: _, ...base } = apacheLike();
  return {
    ...base,
    name: 'nginx_lb',
    description: 'Load balancer',
    template: false,
    image: 'example/nginx_lb',
    command: ['/usr/local/bin/confd-watch'],
    ports: [{ container: 80, host: 80, address: 'public' }],
    placement: { conflicts: ['nginx.service', 'apache@*.service'], metadata: [] },
    loadBalancer: { routes: [{ service: 'apache', path: '/', timeout: 60, keepAlive: 0 }] },
    ...changes,
  };
}

/** A service with neither port nor registration. */
export function workerLike(changes: Partial<Service> = {}): Service {
  const { registration: _, ...base } = apacheLike();
  return {
    ...base,
    name: 'worker',
    description: 'worker',
    command: [],
    ports: [],
    placement: { conflicts: [], metadata: [] },
    ...changes,
  };
}
