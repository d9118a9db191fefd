import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteCommand } from '../../../src/ssh/connection.ts';
import { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import { engineOn, recordedMachines } from './fleet-engine-fixture.ts';

const [c1, c3] = recordedMachines;
const picky = {
  name: 'apache@7777.service',
  text: '[Service]\nExecStart=/bin/sleep 3600\n\n[X-Fleet]\nMachineMetadata=zone=b\n',
};
let fleetd: FakeFleetd;

beforeEach(async () => {
  fleetd = await new FakeFleetd(recordedMachines).listen();
});

afterEach(() => fleetd.close());

describe('machines that join and leave during a command', () => {
  it('no longer shows one whose fleet is gone, and predicts nothing for it', async () => {
    const { engine } = engineOn(fleetd);
    expect((await engine.observe([])).machines.map(({ id }) => id)).toContain(c3?.id);
    fleetd.machines.lose(c3?.id ?? '');
    expect((await engine.observe([])).machines.map(({ id }) => id)).not.toContain(c3?.id);
  });

  it('waits for the only one that a unit may run on to come back', async () => {
    const { engine, sleep } = engineOn(fleetd);
    await engine.observe([]);
    fleetd.machines.lose(c3?.id ?? '');
    await engine.install('', [picky]);
    await engine.start('', [picky.name]);
    const placed = engine.awaitPlacement([picky.name]);
    await sleep(10_000);
    if (c3) fleetd.machines.join(c3);
    await expect(placed).resolves.toBe(c3?.id);
  });

  it('says who is away where a unit has no machine because of that', async () => {
    const { engine, now } = engineOn(fleetd);
    await engine.observe([]);
    fleetd.machines.lose(c3?.id ?? '');
    await engine.install('', [picky]);
    await engine.start('', [picky.name]);
    await expect(engine.awaitPlacement([picky.name])).rejects.toMatchObject({
      message: `fleet has no machine for ${picky.name}`,
      details: [
        'not on 10.99.0.12: MachineMetadata wants zone=b, machine has zone=a',
        'not on c1: MachineMetadata wants zone=b, machine has zone=a',
        'not on 10.99.0.13: its fleet is away',
      ],
    });
    expect(now()).toBeLessThan(60_000);
  });

  it('knows one that joined during the command', async () => {
    fleetd.machines.lose(c1?.id ?? '');
    const { engine } = engineOn(fleetd);
    await engine.observe([]);
    if (c1) fleetd.machines.join(c1);
    expect((await engine.observe([])).machines.map(({ name }) => name)).toContain('c1');
  });

  it('finds a machine that nobody has observed yet, and says where fleet knows none', async () => {
    const commands: string[] = [];
    const run = (command: RemoteCommand) => {
      commands.push(command.words.join(' '));
      return Promise.resolve({ status: 0, stdout: 'a line\n', stderr: '' });
    };
    const { engine } = engineOn(fleetd, { c1: { run } });
    expect(await engine.run(c1?.id ?? '', ['docker', 'ps'])).toBe('a line\n');
    expect(await engineOn(fleetd, { c1: { run } }).engine.journal(c1?.id ?? '', 'a.service', 5)).toEqual([
      'a line',
    ]);
    expect(commands).toEqual(['docker ps', 'journalctl --no-pager --output=cat --lines=5 --unit a.service']);
    await expect(engine.run('gone', ['true'])).rejects.toMatchObject({
      code: 'failed',
      message: 'fleet knows no machine gone',
    });
  });
});
