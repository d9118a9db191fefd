import { describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { renderServices } from '../../src/services/render.ts';
import type { RegistrySettings, Service } from '../../src/services/service.ts';
import { apacheLike, balancerLike, usualRegistration, workerLike } from './sample-services.ts';
import { expectSoundUnit } from './unit-checks.ts';

const assets = await readAssets();
const asTheyLie = new Set(Object.values(assets));

/** Services that between them use every option; a folder of test/golden each. */
const samples: Readonly<Record<string, { service: Service } & Partial<RegistrySettings>>> = {
  plain: { service: workerLike() },
  'template-with-registration': { service: apacheLike() },
  'load-balancer': { service: balancerLike() },
  'load-balancer-of-several': {
    service: balancerLike({
      loadBalancer: {
        routes: [
          { service: 'apache', path: '/', timeout: 60, keepAlive: 0 },
          { service: 'shop', path: '/shop', health: '/health/shop', timeout: 0.5, keepAlive: 0 },
          {
            service: 'shop',
            host: 'shop.example.org',
            path: '/',
            health: '/health',
            timeout: 60,
            keepAlive: 16,
          },
          { service: 'api', host: '*.example.org', path: '/api', timeout: 600, keepAlive: 0 },
        ],
      },
    }),
  },
  'static-with-registration': {
    service: apacheLike({
      name: 'cache',
      description: 'Cache, one copy',
      template: false,
      image: 'registry.example.org:5000/cache/memcached:1.6.21',
      command: [],
      ports: [{ container: 11_211, host: 11_211, address: 'private' }],
      placement: { conflicts: [], metadata: ['disk=ssd', 'zone=a', 'zone=b'] },
      registration: { ...usualRegistration, check: 'tcp', interval: 0.5, rise: 2, fall: 3, ttl: 10 },
    }),
  },
  'registration-in-v2': { service: apacheLike(), api: 'v2' },
  'key-by-host': { service: apacheLike({ drain: 0 }), key: 'host' },
  'podman-pull-always': {
    service: workerLike({
      name: 'batch-job',
      description: '100% batch "quoted" $HOME',
      runtime: 'podman',
      pull: 'always',
      startTimeout: 1800,
      placement: { conflicts: ['batch-job@*.service', 'apache@[0-9]*.service'], metadata: ['region=eu-1'] },
    }),
  },
  'words-that-need-quoting': {
    service: workerLike({
      command: ['sh', '-c', 'echo "$HOME" 100% \'x\' \\n; exit', '', ';', '#no comment', 'ü', '%i', `\${X}`],
      environment: {
        PLAIN: 'value',
        EMPTY: '',
        SPACES: ' two  words ',
        QUOTES: `"double" 'single'`,
        PERCENT: '100%i',
        DOLLAR: `$HOME \${HOME} $$`,
        BACKSLASH: 'C:\\new\\',
        HASH: '# no comment; really',
        UNICODE: 'Grüße ✓',
      },
    }),
  },
  'several-ports': {
    service: apacheLike({
      ports: [
        { container: 80, host: 'instance', address: 'private' },
        { container: 443, host: 8443, address: 'public' },
        { container: 9100, host: 9100, address: 'private' },
      ],
      registration: { ...usualRegistration, path: '/healthz?full=1&x=%20' },
    }),
  },
};

describe.each(Object.entries(samples))('%s', (name, sample) => {
  const { service, api = 'v3', key = 'address' } = sample;
  const files = renderServices([service], { api, key }, assets);

  it('renders what was reviewed', async () => {
    // A script is shipped as it lies in assets/; there is nothing to review twice.
    for (const { path, content } of files.filter((file) => !asTheyLie.has(file.content))) {
      await expect(content).toMatchFileSnapshot(`../golden/${name}/${path.replaceAll('/', '+')}`);
    }
  });

  it('renders units that both readers take', () => {
    const units = files.filter(({ path }) => path.endsWith('.service'));
    expect(units.map(({ path }) => path)).toHaveLength(service.registration ? 2 : 1);
    for (const unit of units) expectSoundUnit(unit);
  });
});
