import { describe, expect, it } from 'vitest';
import { instanceProblem, registeredPort, registrationEntry } from '../../src/services/registration.ts';
import type { Service } from '../../src/services/service.ts';
import { apacheLike, workerLike } from './sample-services.ts';

const addresses = { private: '10.0.0.1', public: '192.0.2.1' };
const fixedPort = apacheLike({ ports: [{ container: 80, host: 8080, address: 'private' }] });

describe('registrationEntry', () => {
  it.each<
    [name: string, service: Service, instance: string | undefined, key: 'address' | 'host', wanted: object]
  >([
    [
      'a template: address and port are the key',
      apacheLike(),
      '7777',
      'address',
      { key: '/services/apache/10.0.0.1:7777', value: '10.0.0.1:7777' },
    ],
    [
      'key by host: the tutorial’s key',
      apacheLike(),
      '7777',
      'host',
      { key: '/services/apache/10.0.0.1', value: '10.0.0.1:7777' },
    ],
    [
      'a fixed port, whatever the instance is called',
      fixedPort,
      'blue',
      'address',
      { key: '/services/apache/10.0.0.1:8080', value: '10.0.0.1:8080' },
    ],
  ])('%s', (_, service, instance, key, wanted) => {
    expect(registrationEntry(service, instance, addresses, { api: 'v3', key })).toEqual(wanted);
  });

  it.each([
    ['a service that does not register', workerLike(), addresses],
    ['a machine without a private address', apacheLike(), { public: '192.0.2.1' }],
  ])('is nothing for %s', (_, service, at) => {
    expect(registrationEntry(service, '7777', at, { api: 'v3', key: 'address' })).toBeUndefined();
  });

  it('takes the first port', () => {
    const ports = [
      { container: 1, host: 10, address: 'public' },
      { container: 2, host: 20, address: 'private' },
    ] as const;
    expect(registeredPort(apacheLike({ ports }))?.host).toBe(10);
  });
});

describe('instanceProblem', () => {
  it.each(['1', '7777', '65535'])('lets %s listen', (instance) => {
    expect(instanceProblem(apacheLike(), instance)).toBeUndefined();
  });

  it.each(['0', '65536', '70000', '07777', '+80', '80.0', '8e3', '-1', '', ' 80', 'blue', '../x', '$(id)'])(
    'refuses %j where a port is meant',
    (instance) => {
      expect(instanceProblem(apacheLike(), instance)).toContain('is not a port');
    },
  );

  it('takes any name of letters and digits where the port is fixed', () => {
    expect(instanceProblem(fixedPort, 'blue-2')).toBeUndefined();
  });

  it.each(['a:b', 'a b', '', '../x', '$(id)'])(
    'refuses %j, which no container can be named after',
    (instance) => {
      expect(instanceProblem(fixedPort, instance)).toContain('may hold');
    },
  );
});
