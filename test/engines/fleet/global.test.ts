import { afterEach, describe, expect, it } from 'vitest';
import { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import { engineOn, pair, recordedMachines } from './fleet-engine-fixture.ts';

const [main] = pair;
const everywhere = {
  ...main,
  text: '[Service]\nExecStart=/bin/sleep 3600\n\n[X-Fleet]\nGlobal=true\nMachineMetadata=disk=ssd\n',
};
let fleetd: FakeFleetd;
let sleep: (milliseconds: number) => Promise<void>;

/** The global unit, installed and started, and the rounds of its agents over. */
async function running() {
  fleetd = await new FakeFleetd(recordedMachines).listen();
  const { engine, ...clock } = engineOn(fleetd);
  sleep = clock.sleep;
  await engine.observe([]);
  await engine.install('', [everywhere]);
  await engine.start('', [everywhere.name]);
  fleetd.step(3);
  return engine;
}

afterEach(() => fleetd.close());

describe('a global unit, to which fleet gives no machine and no state of its own', () => {
  it('is seen on every machine that told of it', async () => {
    const { units, unplaced } = await (await running()).observe([]);
    const [first, third] = recordedMachines;
    expect(units).toMatchObject([
      { machine: first?.id, active: 'active' },
      { machine: third?.id, active: 'active' },
    ]);
    expect(unplaced).toEqual([]);
  });

  it('is not waited for to be given a machine', async () => {
    await expect((await running()).awaitPlacement([everywhere.name])).resolves.toBeUndefined();
  });

  it('is started again through loaded, though its list entry is never loaded', async () => {
    const engine = await running();
    await engine.stop('', [everywhere.name]);
    await engine.start('', [everywhere.name]);
    fleetd.step(2);
    const states = () => engine.states(recordedMachines[0]?.id ?? '', [everywhere.name]);
    await states();
    await sleep(1_500);
    expect(await states()).toMatchObject([{ active: 'active' }]);
  });

  it('is seen to fail on one machine while it still comes up on another', async () => {
    const engine = await running();
    const [first = '', third = ''] = recordedMachines.map(({ id }) => id);
    await Promise.all([first, third].map((machine) => engine.start(machine, [everywhere.name])));
    const set = (machine: string, state: object) =>
      Object.assign(fleetd.machines.loaded(machine, everywhere.name) ?? {}, state);
    set(first, { active: 'failed', sub: 'failed' });
    set(third, { active: 'activating', sub: 'start-pre', slow: 1000 });
    const states = () =>
      Promise.all([first, third].map((machine) => engine.states(machine, [everywhere.name])));
    expect(await states()).toMatchObject([[{ active: 'activating', queued: true }], [{ sub: 'start-pre' }]]);
    await sleep(11_000);
    expect(await states()).toMatchObject([[{ active: 'failed', queued: false }], [{ sub: 'start-pre' }]]);
  });

  it('counts where it runs, when it is asked why another unit has no machine', async () => {
    const engine = await running();
    const lonely = {
      name: 'apache@8888.service',
      text: '[Service]\nExecStart=/bin/true\n\n[X-Fleet]\nConflicts=apache@*.service\nMachineMetadata=disk=ssd\n',
    };
    await engine.install('', [lonely]);
    await engine.start('', [lonely.name]);
    const { unplaced } = await engine.observe([]);
    expect(unplaced[0]?.reasons).toEqual([
      'not on 10.99.0.12: MachineMetadata wants disk=ssd, machine has disk=hdd',
      `not on 10.99.0.13: Conflicts=apache@*.service with ${everywhere.name}`,
      `not on c1: Conflicts=apache@*.service with ${everywhere.name}`,
    ]);
  });
});
