import fc from 'fast-check';
import type { Service } from '../../src/services/service.ts';
import { apacheLike, balancerLike, usualRegistration, workerLike } from '../services/sample-services.ts';
import type { Instances } from './scenario.ts';

/** Two apache-like services, a worker, a load balancer and a unit written by hand, each in one of some versions. */
export interface Intent {
  readonly services: readonly Service[];
  readonly instances: Instances;
  readonly byHand: Readonly<Record<string, string>>;
}

const version = fc.constantFrom('1', '2');
const metadata = fc.constantFrom<readonly string[]>([], [], [], ['disk=ssd']);
const instances = (names: readonly string[]) => fc.subarray([...names]);

const apache = fc
  .record({
    version,
    metadata,
    apart: fc.boolean(),
    registered: fc.constantFrom(true, true, true, false),
    path: fc.constantFrom('/', '/health'),
  })
  .map(({ version: VERSION, metadata: pairs, apart, registered, path }): Service => {
    const { registration: _, ...plain } = apacheLike({
      environment: { VERSION },
      placement: { conflicts: apart ? ['apache@*.service'] : [], metadata: pairs },
    });
    return registered ? { ...plain, registration: { ...usualRegistration, path } } : plain;
  });

const worker = fc
  .record({ version, metadata })
  .map(({ version: VERSION, metadata: pairs }) =>
    workerLike({ environment: { VERSION }, placement: { conflicts: [], metadata: pairs } }),
  );

const everywhere = fc
  .record({ version, where: fc.constantFrom('', 'MachineMetadata=disk=ssd\n') })
  .map(
    ({ version: at, where }) => `[Service]\nExecStart=/usr/bin/agent ${at}\n[X-Fleet]\nGlobal=true\n${where}`,
  );

/** What a project may desire. */
export const arbitraryIntent: fc.Arbitrary<Intent> = fc
  .record({
    apache,
    worker,
    everywhere,
    apaches: instances(['7777', '8888', '9999']),
    workers: instances(['a', 'b']),
    balanced: fc.boolean(),
    agent: fc.boolean(),
  })
  .map((parts) => ({
    services: [
      parts.apache,
      parts.worker,
      balancerLike({ placement: { conflicts: ['nginx.service'], metadata: [] } }),
    ],
    instances: {
      apache: parts.apaches,
      worker: parts.workers,
      ...(parts.balanced ? { nginx_lb: [] } : {}),
      ...(parts.agent ? { agent: [] } : {}),
    },
    byHand: { 'agent.service': parts.everywhere },
  }));

/** Machines by name, some of which have the metadata that services ask for. */
export const arbitraryMachines = fc
  .array(fc.constantFrom({ disk: 'ssd' }, { disk: 'hdd' }, {}), { minLength: 2, maxLength: 4 })
  .map((machines) => Object.fromEntries(machines.map((machine, index) => [`m${index + 1}`, machine])));

/** What may happen to units between two runs. */
export const arbitraryMishap = fc.constantFrom(
  { active: 'failed', runningText: undefined, pid: 0 },
  { active: 'inactive', runningText: undefined, pid: 0 },
  { active: 'activating' },
  { text: '[Service]\nExecStart=/changed/by/hand\n' },
  { reloadNeeded: true },
);
