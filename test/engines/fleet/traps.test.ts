import { afterEach, describe, expect, it } from 'vitest';
import type { JobState } from '../../../src/engines/fleet/api.ts';
import { fleetClient } from '../../../src/engines/fleet/client.ts';
import { CoreshipError } from '../../../src/errors.ts';
import { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import { engineOn, pair, recordedMachines } from './fleet-engine-fixture.ts';

const [main, sidekick] = pair;
const both = [main.name, sidekick.name];
const open: FakeFleetd[] = [];

async function fleet(version?: string) {
  const fleetd = await new FakeFleetd(recordedMachines, version).listen();
  open.push(fleetd);
  return { fleetd, ...engineOn(fleetd) };
}

afterEach(async () => {
  const used = open.splice(0);
  await Promise.all(used.map((fleetd) => fleetd.close()));
  expect(used.flatMap(({ sins }) => sins)).toEqual([]);
});

/** Main and sidekick, running. */
async function running(version?: string) {
  const all = await fleet(version);
  await all.engine.observe([]);
  await all.engine.install('', pair);
  await all.engine.start('', both);
  all.fleetd.step(3);
  const machine = (await all.engine.awaitPlacement(both)) ?? '';
  return { ...all, machine };
}

/** As units are seen for longer than fleet takes to publish a change. */
const active = async (all: Awaited<ReturnType<typeof running>>, units: readonly string[] = both) => {
  await all.engine.states(all.machine, units);
  await all.sleep(1_500);
  return (await all.engine.states(all.machine, units)).map((state) => state.active);
};

const changed = { ...main, text: main.text.replace('[Service]', '[Service]\nEnvironment=V=2') };

// The numbers are those of the table in docs/fleet.md.
describe("fleet's traps", () => {
  it('1: a unit that is slow to start is waited for by its state, not by fleet’s word', async () => {
    const all = await fleet();
    await all.engine.observe([]);
    const slow = { ...main, text: '[Service]\nExecStartPre=/bin/sleep 8\nExecStart=/bin/sleep 3600\n' };
    await all.engine.install('', [slow]);
    await all.engine.start('', [slow.name]);
    const machine = (await all.engine.awaitPlacement([slow.name])) ?? '';
    all.fleetd.step(2);
    expect(await all.engine.states(machine, [slow.name])).toMatchObject([
      { active: 'activating', sub: 'start-pre' },
    ]);
    all.fleetd.step(9);
    expect(await active({ ...all, machine }, [slow.name])).toEqual(['active']);
  });

  it('2: a restart goes through loaded and is seen stopped in between', async () => {
    const all = await running();
    await all.engine.stop(all.machine, both);
    expect(await active(all)).toEqual(['inactive', 'inactive']);
    await all.engine.start(all.machine, both);
    all.fleetd.step(2);
    expect(await active(all)).toEqual(['active', 'active']);
  });

  it('3: a changed unit is replaced in place, by one request with options and state', async () => {
    const all = await running();
    await all.engine.stop(all.machine, both);
    all.fleetd.log.length = 0;
    await all.engine.install(all.machine, [changed, sidekick]);
    expect(all.fleetd.log).toEqual([`PUT ${main.name} loaded with options`]);
    await all.engine.start(all.machine, both);
    all.fleetd.step(2);
    expect(await all.engine.awaitPlacement(both)).toBe(all.machine);
    expect(await active(all)).toEqual(['active', 'active']);
  });

  it('4: a server before 0.13, which keeps the old options, gets the unit destroyed, unloaded and created', async () => {
    const all = await running('0.11.7');
    await all.engine.stop(all.machine, both);
    all.fleetd.log.length = 0;
    await all.engine.install(all.machine, [changed, sidekick]);
    expect(all.fleetd.log).toEqual([
      `PUT ${main.name} loaded with options`,
      `PUT ${main.name} inactive`,
      `DELETE ${main.name}`,
      `PUT ${main.name} loaded with options`,
    ]);
    await all.engine.start(all.machine, both);
    all.fleetd.step(4);
    const { units } = await all.engine.observe([]);
    expect(units.find(({ name }) => name === main.name)).toMatchObject({
      active: 'active',
      text: expect.stringContaining('V=2'),
    });
  });

  it('5: options never go without a state', async () => {
    const all = await running();
    await all.engine.install(all.machine, [changed, sidekick]);
    expect(all.fleetd.log.filter((line) => line.includes('without a state'))).toEqual([]);
    expect(all.fleetd.units.get(main.name)?.desired).not.toBe('inactive');
  });

  it('6: a state that fleet does not know is never sent', async () => {
    const client = fleetClient(() => Promise.reject(new Error('sent')));
    await expect(client.put('a.service', 'sideways' as JobState)).rejects.toThrow(
      'fleet has no state sideways',
    );
  });

  it('7: a template never gets a state', async () => {
    const client = fleetClient(() => Promise.reject(new Error('sent')));
    await expect(client.put('apache@.service', 'launched', [])).rejects.toThrow(
      'apache@.service is a template',
    );
  });

  it('8: the state of a unit that has none is read from the list, which no server dies of', async () => {
    const all = await fleet();
    expect(await all.engine.states('', ['none.service'])).toMatchObject([
      { active: 'inactive', sub: 'not in the registry' },
    ]);
  });

  it('9: a unit that no rule lets run anywhere is explained, machine by machine', async () => {
    const all = await fleet();
    await all.engine.observe([]);
    const lost = { ...main, text: `${main.text}MachineMetadata=region=moon\n` };
    await all.engine.install('', [lost]);
    await all.engine.start('', [lost.name]);
    const error = await all.engine.awaitPlacement([lost.name]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CoreshipError);
    expect(error).toMatchObject({
      message: 'fleet has no machine for apache@7777.service',
      details: [
        'not on 10.99.0.12: MachineMetadata wants region=moon, machine has region=lab',
        'not on 10.99.0.13: MachineMetadata wants region=moon, machine has region=lab',
        'not on c1: MachineMetadata wants region=moon, machine has region=lab',
      ],
    });
    const { unplaced } = await all.engine.observe([]);
    expect(unplaced).toMatchObject([{ name: lost.name, shouldRun: true, reasons: { length: 3 } }]);
  });

  it('10: a sidekick that went down with its main unit comes back, though fleet takes it for launched', async () => {
    const all = await running();
    expect(await active(all)).toEqual(['active', 'active']);
    await all.engine.stop(all.machine, [main.name]);
    expect(await active(all)).toEqual(['inactive', 'inactive']);
    expect(all.fleetd.units.get(sidekick.name)?.desired).toBe('launched');
    await all.engine.start(all.machine, both);
    all.fleetd.step(2);
    expect(await active(all)).toEqual(['active', 'active']);
  });

  it('11: main unit and sidekick are both loaded before either is launched', async () => {
    const all = await running();
    const launched = all.fleetd.log.findIndex((line) => line.endsWith('launched'));
    const loaded = all.fleetd.log.filter((line) => line.endsWith('loaded'));
    expect(loaded).toEqual(both.map((name) => `PUT ${name} loaded`));
    expect(all.fleetd.log.slice(launched).every((line) => line.endsWith('launched'))).toBe(true);
    expect(await active(all)).toEqual(['active', 'active']);
  });

  it.each([
    ['MachineMetadata=a=b c=d', 'unquoted-list'],
    ['MachineMetadata=foo', 'metadata-pair-ignored'],
    ['MachineOf=a.service b.service', 'unquoted-list'],
    ['Nonsense=1', 'unknown-option'],
  ])('12: what fleet would lose without a word is an error: %s', async (line, rule) => {
    const { engine } = await fleet();
    const unit = { name: 'a.service', text: `[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n${line}\n` };
    expect(engine.lint(unit).map((problem) => problem.rule)).toEqual([rule]);
    expect(engine.lint(main)).toEqual([]);
  });

  it('13: a reviewed file with comments is the same as what fleet keeps of it', async () => {
    const all = await running();
    const { units } = await all.engine.observe([]);
    const commented = `# reviewed\n${main.text.replace('\n\n', '\n\n\n; twice\n')}`;
    expect(all.engine.toStoredForm({ name: main.name, text: commented })).toBe(
      units.find(({ name }) => name === main.name)?.text,
    );
    expect(
      all.engine.lint({ name: 'a.service', text: '# \\\n[Service]\nExecStart=/bin/true\n' }),
    ).toHaveLength(1);
  });

  it('14: a unit that was destroyed is created again only once its machine has unloaded it', async () => {
    const all = await running();
    all.fleetd.machines.unloadSteps = 30;
    await all.engine.stop(all.machine, both);
    for (const name of both) all.fleetd.units.delete(name);
    await all.engine.install(all.machine, pair);
    expect(all.fleetd.log.slice(-2).sort()).toEqual(
      [...both].sort().map((name) => `PUT ${name} inactive with options`),
    );
    expect(all.told.some((line) => line.includes('was destroyed and a machine still has it'))).toBe(true);
  });

  it('14: a removed unit has left its machine, which is free for other work then', async () => {
    const fleetd = await new FakeFleetd(recordedMachines.slice(0, 1)).listen();
    open.push(fleetd);
    const { engine, now } = engineOn(fleetd);
    const units = Array.from({ length: 40 }, (_, number) => ({
      name: `apache@${number}.service`,
      text: '[Service]\nExecStart=/bin/sleep 3600\n',
    }));
    const names = units.map(({ name }) => name);
    await engine.install('', units);
    await engine.start('', names);
    fleetd.step(2);
    fleetd.machines.idleSteps = 20;
    fleetd.machines.unloadsInRound = 1;
    const began = now();
    await engine.stop('', names);
    await engine.remove('', names.slice(1));
    expect(fleetd.machines.holders(names[1] ?? '')).toEqual([]);
    await engine.remove('', names.slice(0, 1));
    expect(fleetd.units.size).toBe(0);
    // Left to itself, fleet unloads one of them every five seconds.
    expect(now() - began).toBeLessThan(60_000);
  });

  it('15: a hundred units and more are read page by page', async () => {
    const all = await fleet();
    for (let number = 0; number < 250; number += 1) {
      const name = `apache@${number}.service`;
      all.fleetd.units.set(name, {
        name,
        options: [{ section: 'Service', name: 'ExecStart', value: 'x' }],
        desired: 'inactive',
      });
    }
    expect((await all.engine.observe([])).unplaced).toHaveLength(250);
  });

  it('a failed unit is started again through loaded', async () => {
    const all = await fleet();
    await all.engine.observe([]);
    const bad = { ...main, text: '[Service]\nExecStart=/bin/false\n' };
    await all.engine.install('', [bad]);
    await all.engine.start('', [bad.name]);
    all.fleetd.step(3);
    all.fleetd.log.length = 0;
    await all.engine.start('', [bad.name]);
    expect(all.fleetd.log).toEqual([`PUT ${bad.name} loaded`, `PUT ${bad.name} launched`]);
    const machine = (await all.engine.awaitPlacement([bad.name])) ?? '';
    // What was published before the start must not count as its failure.
    expect(await all.engine.states(machine, [bad.name])).toMatchObject([{ queued: true }]);
    await all.sleep(11_000);
    expect(await all.engine.states(machine, [bad.name])).toMatchObject([{ active: 'failed', queued: false }]);
  });

  it('a sidekick that waits for its main unit is not taken for one that has ended', async () => {
    const all = await running();
    for (const unit of all.fleetd.machines.agents.get(all.machine)?.values() ?? []) {
      Object.assign(unit, { active: 'inactive', sub: 'dead' });
    }
    Object.assign(all.fleetd.machines.loaded(all.machine, main.name) ?? {}, {
      active: 'activating',
      sub: 'start-pre',
      slow: 1e6,
    });
    await all.sleep(60_000);
    expect(await all.engine.states(all.machine, both)).toMatchObject([
      { active: 'activating', sub: 'start-pre' },
      { active: 'activating', queued: true },
    ]);
  });

  it('a unit whose machine dies while it is waited for is not taken for one that has ended', async () => {
    const all = await running();
    await active(all);
    all.fleetd.machines.lose(all.machine);
    for (let round = 0; round < 6; round += 1) {
      const [state] = await all.engine.states(all.machine, [main.name]);
      expect(state?.active.startsWith('activ') || state?.queued, `${state?.active}, ${state?.sub}`).toBe(
        true,
      );
      all.fleetd.step();
    }
    expect(await active(all)).toEqual(['active', 'active']);
    expect(await all.engine.awaitPlacement(both)).not.toBe(all.machine);
  });

  it('a unit is seen stopped before it is unloaded, and unloaded before it is destroyed', async () => {
    const all = await running();
    await all.engine.stop(all.machine, both);
    await all.engine.remove(all.machine, both);
    expect(all.fleetd.log.slice(-6)).toEqual([
      ...both.map((name) => `PUT ${name} loaded`),
      ...both.map((name) => `PUT ${name} inactive`),
      ...both.map((name) => `DELETE ${name}`),
    ]);
  });

  it('units of somebody else are neither the project’s nor out of mind', async () => {
    const all = await fleet();
    const options = [{ section: 'X-Fleet', name: 'Conflicts', value: 'apache@*.service' }];
    all.fleetd.units.set('theirs.service', { name: 'theirs.service', options, desired: 'launched' });
    all.fleetd.units.set('apache@.service', { name: 'apache@.service', options, desired: 'inactive' });
    all.fleetd.step(3);
    const { units, unplaced, neighbours } = await all.engine.observe([]);
    expect({ units, unplaced: unplaced.filter(({ name }) => name !== 'apache@.service') }).toEqual({
      units: [],
      unplaced: [],
    });
    expect(neighbours).toMatchObject([
      { name: 'theirs.service', rules: { conflicts: ['apache@*.service'] } },
    ]);
  });
});
