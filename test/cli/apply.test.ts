import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { apply, type ChangeRequest } from '../../src/cli/apply.ts';
import { CoreshipError } from '../../src/errors.ts';
import type { Observation } from '../../src/plan/observation.ts';
import { desiredFromFiles, scaleTo } from '../../src/project/desired.ts';
import { readProject } from '../../src/project/read-project.ts';
import type { LockRequest } from '../../src/registry/registry.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeIo } from '../fakes/fake-io.ts';
import { FakeLock } from '../fakes/fake-registry.ts';
import { SimulatedCluster } from '../fakes/simulated-cluster.ts';
import { simulatedEngine, simulatedRegistry } from '../fakes/simulated-engine.ts';

const { project } = await readProject(fileURLToPath(new URL('../../', import.meta.url)));

let cluster: SimulatedCluster;
let calls: string[];
let locks: LockRequest[];
let lock: FakeLock;
/** What happens while the lock is waited for. */
let meanwhile: (io: FakeIo) => void;
let written: number;
/** What happens once the cluster has put a unit on another machine than predicted; it does so where this is set. */
let strayed: ((io: FakeIo) => void) | undefined;
let unreachable: Observation['unreachable'];
/** What the first readings of etcd fail with. */
let readings: CoreshipError[];

beforeEach(() => {
  cluster = new SimulatedCluster(project.services, { m1: {}, m2: {}, m3: {} });
  [calls, locks, lock, written] = [[], [], new FakeLock(), 0];
  meanwhile = () => undefined;
  strayed = undefined;
  unreachable = [];
  readings = [];
});

/** `scale apache` to these instances, or `deploy` of services, on the simulated cluster. */
async function run(
  desired: ChangeRequest['desired'],
  options: Partial<ChangeRequest> = {},
  world: ConstructorParameters<typeof FakeIo>[0] & { readonly etcd?: boolean } = {},
) {
  const io = new FakeIo(world);
  const simulated = simulatedRegistry(cluster, (request) => {
    locks.push(request);
    meanwhile(io);
    return Promise.resolve(lock);
  });
  const registrations = (prefix: string) => {
    const failure = readings.shift();
    return failure ? Promise.reject(failure) : simulated.registrations(prefix);
  };
  const registry = { ...simulated, registrations };
  const simulatedMachines = simulatedEngine(cluster, calls);
  const awaitPlacement = (): Promise<string> => {
    strayed?.(io);
    return Promise.resolve('id-of-m3');
  };
  const engine = {
    ...simulatedMachines,
    observe: async () => ({ ...(await simulatedMachines.observe([])), unreachable }),
    ...(strayed ? { awaitPlacement } : {}),
  };
  const open = {
    name: 'lab',
    engine,
    clock: new FakeClock(),
    close: () => Promise.resolve(),
    ...(world.etcd === false ? {} : { registry: () => Promise.resolve(registry) }),
  };
  const defaults = {
    command: 'scale',
    yes: false,
    allow: [],
    dryRun: false,
    json: false,
    lockWaitSeconds: 30,
  };
  const writeFiles = () => {
    written += 1;
    return Promise.resolve();
  };
  const request = { ...defaults, writeFiles, desired, ...options };
  const outcome = await apply(request, { cluster: open, project, io }).catch((error: unknown) => error);
  if (!(outcome instanceof CoreshipError) && typeof outcome !== 'number') throw outcome;
  return { io, outcome };
}
const scale = (...instances: readonly string[]) => scaleTo(project, 'apache', instances).desired;
const apaches = () => cluster.running().filter((line) => line.startsWith('apache@'));

describe('apply', () => {
  it('carries out what only adds, without asking, under the lock', async () => {
    const { io, outcome } = await run(scale('7777', '8888'), { command: 'scale apache 7777 8888' });
    expect(outcome).toBe(0);
    expect(apaches()).toEqual(['apache@7777.service on m1', 'apache@8888.service on m2']);
    expect(io.stdout).toBe('created apache@7777.service on m1\ncreated apache@8888.service on m2\n');
    expect(io.stderr).toContain('Plan: 2 to create');
    expect(io.asked).toEqual([]);
    expect(locks).toMatchObject([
      {
        project: 'tutorial',
        waitMs: 30_000,
        holder: { command: 'scale apache 7777 8888', pid: process.pid },
      },
    ]);
    expect(lock.lost(), 'released').toBe(true);
    expect(written).toBe(1);
  });

  it('has nothing to do the second time, and takes no lock for it', async () => {
    await run(scale('7777'));
    locks = [];
    calls.length = 0;
    const { io, outcome } = await run(scale('7777'));
    expect(outcome).toBe(0);
    expect(io.stdout).toBe('nothing to do: 1 instance is as desired (apache@7777.service)\n');
    expect([calls, locks]).toEqual([[], []]);
  });

  it('shows the plan and stops where that is asked for', async () => {
    const { io, outcome } = await run(scale('7777'), { dryRun: true });
    expect(outcome).toBe(0);
    expect(io.stdout).toContain('+ create apache@7777.service on m1');
    expect([calls, locks, written]).toEqual([[], [], 0]);
  });

  describe('of a plan that takes something away', () => {
    beforeEach(async () => {
      await run(scale('7777', '8888'));
      [calls, locks, lock, written] = [[], [], new FakeLock(), 0];
    });

    it('wants --yes where nobody can be asked', async () => {
      const { outcome } = await run(scale('7777'));
      expect(outcome).toMatchObject({ code: 'usage', hint: expect.stringContaining('--yes') });
      expect([calls, locks, written]).toEqual([[], [], 0]);
    });

    it('asks a person, naming the cluster', async () => {
      const { io, outcome } = await run(scale('7777'), {}, { answers: ['y'] });
      expect(outcome).toBe(0);
      expect(io.asked).toEqual(['Do this on lab? [y/N] ']);
      expect(apaches()).toEqual(['apache@7777.service on m1']);
    });

    it.each(['', 'n', 'no', 'perhaps'])('takes %j for a no', async (answer) => {
      const { outcome } = await run(scale('7777'), {}, { answers: [answer] });
      expect(outcome).toMatchObject({ code: 'failed', message: 'not approved; nothing was changed' });
      expect([calls, locks, written]).toEqual([[], [], 0]);
    });

    it('takes --yes for a yes, and asks nobody', async () => {
      const { io, outcome } = await run(scale('7777'), { yes: true }, { answers: [] });
      expect(outcome).toBe(0);
      expect(io.asked).toEqual([]);
      expect(io.stdout).toBe('removed apache@8888.service on m2\n');
    });

    it('carries no plan out that nobody has agreed to, and asks nobody under the lock', async () => {
      meanwhile = () => cluster.disturb('id-of-m1', 'apache@7777.service', { active: 'failed', pid: 0 });
      const { io, outcome } = await run(scale('7777'), {}, { answers: ['y', 'y'] });
      expect(io.stderr).toContain('the cluster has changed since the plan was made');
      expect(io.asked).toHaveLength(1);
      expect(outcome).toMatchObject({ code: 'failed' });
      expect([calls, written]).toEqual([[], 0]);
      expect(lock.lost(), 'released').toBe(true);
    });
  });

  describe('an etcd that does not answer', () => {
    const away = new CoreshipError('failed', 'etcd did not answer: could not read /services/');

    it('is waited for, which is told once', async () => {
      readings = [away, away];
      const { io, outcome } = await run(scale('7777', '8888'));
      expect(outcome).toBe(0);
      expect(io.stderr.split(`${away.message}; waiting for it`)).toHaveLength(2);
    });

    it('ends the command where it stays away', async () => {
      readings = Array.from({ length: 100 }, () => away);
      const { outcome } = await run(scale('7777', '8888'));
      expect(outcome).toBe(away);
      expect([calls, locks]).toEqual([[], []]);
    });

    it('ends it at once where it refuses', async () => {
      const refused = new CoreshipError('config', 'etcd does not allow it: could not read /services/');
      readings = [refused];
      const { io, outcome } = await run(scale('7777', '8888'));
      expect(outcome).toBe(refused);
      expect(io.stderr).toBe('');
    });
  });

  describe('a look at what is left, after units were started', () => {
    it('does not say that nothing was changed where a machine is out of reach', async () => {
      strayed = () => {
        unreachable = [{ name: 'm3', reason: 'm3: no route' }];
      };
      const { outcome } = await run(scale('7777'));
      expect(outcome).toMatchObject({
        code: 'partial',
        message: 'm3: not reachable; run the same command again to continue',
      });
    });

    it('does not say so where it is interrupted either', async () => {
      strayed = (io) => io.interruption.abort();
      const { outcome } = await run(scale('7777'));
      expect(outcome).toMatchObject({
        code: 'interrupted',
        message: 'interrupted; run the same command again to continue',
      });
    });
  });

  it('says that nothing was changed where a machine is out of reach from the start', async () => {
    unreachable = [{ name: 'm3', reason: 'm3: no route' }];
    const { outcome } = await run(scale('7777'));
    expect(outcome).toMatchObject({ code: 'failed', message: 'm3: not reachable; nothing was changed' });
  });

  it('releases the lock where the plan made under it is refused', async () => {
    meanwhile = () => cluster.foreign.push({ name: 'apache@8888.service', machine: 'id-of-m2', file: '/x' });
    const { outcome } = await run(scale('7777', '8888'));
    expect(outcome).toMatchObject({ code: 'failed', message: expect.stringContaining('did not write') });
    expect(lock.lost(), 'released').toBe(true);
    expect(calls).toEqual([]);
  });

  it('changes nothing where it was interrupted while it waited', async () => {
    meanwhile = (io) => io.interruption.abort();
    const { outcome } = await run(scale('7777'));
    expect(outcome).toMatchObject({ code: 'interrupted' });
    expect([calls, written]).toEqual([[], 0]);
  });

  it('says that nothing keeps runs apart where there is no etcd, and goes on', async () => {
    const { io, outcome } = await run(scale('7777'), {}, { etcd: false });
    expect(outcome).toBe(0);
    expect(io.stderr).toContain('warning: lab has no etcd, so nothing prevents two runs at once');
    expect(apaches()).toEqual(['apache@7777.service on m1']);
  });

  it('tells plan, events and result in JSON, each with its version', async () => {
    const { io } = await run(desiredFromFiles(project, ['nginx_lb']), { json: true });
    const lines = io.json() as readonly { type: string; version: number }[];
    expect(new Set(lines.map(({ version }) => version))).toEqual(new Set([1]));
    const types = lines.map(({ type }) => type);
    expect(types[0]).toBe('plan');
    expect(types).toContain('step-done');
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      changes: [{ action: 'create', unit: 'nginx_lb.service', machine: { name: 'm1' } }],
      unchanged: [],
    });
  });
});
