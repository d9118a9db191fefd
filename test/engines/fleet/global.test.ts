import { afterEach, describe, expect, it } from 'vitest';
import { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import { engineOn, pair, recordedMachines } from './setting.ts';

const [main] = pair;
const everywhere = {
  ...main,
  text: '[Service]\nExecStart=/bin/sleep 3600\n\n[X-Fleet]\nGlobal=true\nMachineMetadata=disk=ssd\n',
};
let fleetd: FakeFleetd;

/** The global unit, installed and started, and the rounds of its agents over. */
async function running() {
  fleetd = await new FakeFleetd(recordedMachines).listen();
  const { engine } = engineOn(fleetd);
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
    await expect((await running()).placedOn?.([everywhere.name])).resolves.toBeUndefined();
  });

  it('is started again through loaded, though its list entry is never loaded', async () => {
    const engine = await running();
    await engine.stop('', [everywhere.name]);
    await engine.start('', [everywhere.name]);
    fleetd.step(2);
    const states = await engine.states(recordedMachines[0]?.id ?? '', [everywhere.name]);
    expect(states).toMatchObject([{ active: 'active' }]);
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
    expect(unplaced?.[0]?.reasons).toEqual([
      'not on 10.99.0.12: MachineMetadata wants disk=ssd, machine has disk=hdd',
      `not on 10.99.0.13: Conflicts=apache@*.service with ${everywhere.name}`,
      `not on c1: Conflicts=apache@*.service with ${everywhere.name}`,
    ]);
  });
});
