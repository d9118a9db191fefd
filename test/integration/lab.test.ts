import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLab } from '../../src/lab/description.ts';
import { findMachine } from '../../src/lab/find-machine.ts';
import { runOnHost } from '../../src/lab/host.ts';
import { labDown } from '../../src/lab/lab-down.ts';
import { labStatus } from '../../src/lab/lab-status.ts';
import { labUp } from '../../src/lab/lab-up.ts';
import { stopMachine } from '../../src/lab/machine.ts';
import { labDisconnect, labReboot, labReconnect } from '../../src/lab/machine-control.ts';
import { labPaths } from '../../src/lab/paths.ts';
import { sshWords } from '../../src/lab/ssh.ts';
import { labSupport } from '../../src/lab/support.ts';
import { killUpAt } from '../support/lab/kill-up.ts';
import { labNameOfRun } from '../support/lab/lab-name.ts';
import { leftoversOf } from '../support/lab/leftovers.ts';

const missing = await labSupport();
if (missing !== undefined) process.stderr.write(`lab tests skipped: ${missing}\n`);

/** The name is unique, so that no other lab is touched: a person's, the other tests' or another run's. */
const name = labNameOfRun('tsl');
const machine = `${name}-2`;
const ignore = (): void => undefined;

describe.skipIf(missing !== undefined)('a lab', () => {
  let context: string;
  const images = () => [{ name: 'example/page', context }];

  beforeAll(async () => {
    context = await mkdtemp(join(tmpdir(), 'coreship-page-'));
    await writePage('first');
    await labDown(name, ignore);
    await labUp({ name, images: images() }, ignore);
  });
  afterAll(async () => {
    await labDown(name, ignore);
    await rm(context, { recursive: true });
  });

  const writePage = (text: string) =>
    writeFile(join(context, 'Dockerfile'), `ARG BASE\nFROM $BASE\nRUN echo ${text} >/page\n`);

  /** Runs a command on a machine over SSH and returns its output. */
  const on = async (machineName: string, ...command: string[]): Promise<string> => {
    const lab = await readLab(name);
    const address = lab?.machines.find((known) => known.name === machineName)?.address ?? '';
    return (await runOnHost(sshWords({ ...labPaths(name), address }, command))).trim();
  };

  it('describes three machines, each with its own id', async () => {
    const lab = await readLab(name);
    expect(lab?.machines.map((known) => known.name)).toEqual([`${name}-1`, machine, `${name}-3`]);
    const ids = await Promise.all(
      lab?.machines.map((known) => on(known.name, 'cat', '/etc/machine-id')) ?? [],
    );
    expect(ids).toEqual(lab?.machines.map((known) => known.id));
    expect(new Set(ids).size).toBe(3);
  });

  it('has machines that booted without a failed unit', async () => {
    for (const number of [1, 2, 3]) {
      expect(await on(`${name}-${number}`, 'systemctl', 'is-system-running', '--wait')).toBe('running');
    }
  });

  it('has an etcd of three healthy members that speak v3 and v2', async () => {
    const health = await on(
      machine,
      'env',
      'ETCDCTL_API=3',
      'etcdctl',
      'endpoint',
      'health',
      '--cluster',
      '-w=json',
    );
    expect(JSON.parse(health)).toMatchObject([{ health: true }, { health: true }, { health: true }]);
    expect(await on(machine, 'curl', '--silent', 'http://127.0.0.1:4001/v2/keys')).toContain('"dir":true');
  });

  it('lets each init stop its own services', async () => {
    await on(machine, 'sudo', 'systemctl', 'restart', 'docker.service');
    const journal = await on(machine, 'sudo', 'journalctl', '--boot', '--unit=docker.service', '--no-pager');
    expect(journal).toContain('Stopped docker.service');
    expect(journal).not.toContain('Failed to kill control group');
  });

  it('serves its images to a plain docker pull, and containers find etcd at their gateway', async () => {
    await on(machine, 'sudo', 'docker', 'pull', '--quiet', 'example/page');
    expect(await on(machine, 'sudo', 'docker', 'run', '--rm', 'example/page', 'cat', '/page')).toBe('first');
    const inside = ['sudo', 'docker', 'run', '--rm', 'example/page', 'curl', '--silent'];
    expect(await on(machine, ...inside, 'http://172.17.0.1:2379/version')).toContain('"etcdserver":"3.');
  });

  it('reports at once that it has no other image', async () => {
    const began = Date.now();
    await expect(on(machine, 'sudo', 'docker', 'pull', 'example/missing')).rejects.toThrow(
      'failed with status 1',
    );
    // A request to Docker Hub would end only after several time-outs, as the machine has no route there.
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('is not changed by a second up', async () => {
    const before = starts(await on(machine, 'cat', '/proc/1/stat'));
    const steps: string[] = [];
    await labUp({ name, images: images() }, (event) => steps.push(event.step));
    expect(steps).toEqual([]);
    expect(starts(await on(machine, 'cat', '/proc/1/stat'))).toBe(before);
  });

  it('rebuilds an image when its context has changed, and updates a machine that has the old one', async () => {
    await writePage('second');
    await labUp({ name, images: images() }, ignore);
    const held = ['docker', 'run', '--rm', '--pull=never', 'example/page', 'cat', '/page'];
    expect(await on(machine, 'sudo', ...held)).toBe('second');
    await expect(on(`${name}-3`, 'sudo', ...held)).rejects.toThrow('failed with status 125');
  });

  it('refuses another number of machines than it has', async () => {
    const other = labUp({ name, machines: 2, images: [] }, ignore);
    await expect(other).rejects.toMatchObject({ code: 'usage', message: `${name} has 3 machines, not 2` });
  });

  it('disconnects a machine and reconnects it', async () => {
    await labDisconnect(name, machine);
    expect((await labStatus(name)).machines[1]).toMatchObject({ running: true, answers: false });
    await labReconnect(name, machine);
    expect((await labStatus(name)).state).toBe('up');
  });

  it.each(['orderly', 'hard'] as const)(
    'keeps a machine’s files and enabled units over a reboot (%s)',
    async (how) => {
      const unit = '[Service]\\nExecStart=sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n';
      await on(machine, 'sudo', 'sh', '-c', `printf '${unit}' >/etc/systemd/system/kept.service`);
      await on(machine, 'sudo', 'systemctl', 'enable', '--now', 'kept.service');
      const before = await on(machine, 'systemctl', 'show', '--property=InvocationID', 'kept.service');
      await labReboot(name, machine, how);
      expect(await on(machine, 'systemctl', 'is-active', 'kept.service')).toBe('active');
      expect(await on(machine, 'systemctl', 'show', '--property=InvocationID', 'kept.service')).not.toBe(
        before,
      );
      expect(await on(machine, 'cat', '/etc/machine-id')).toBe((await readLab(name))?.machines[1]?.id);
    },
  );

  it('starts a machine that died, and only that', async () => {
    const others = starts(await on(`${name}-1`, 'cat', '/proc/1/stat'));
    await stopMachine(await findMachine(name, machine));
    expect((await labStatus(name)).state).toBe('partial');
    await labUp({ name, images: images() }, ignore);
    expect((await labStatus(name)).state).toBe('up');
    expect(starts(await on(`${name}-1`, 'cat', '/proc/1/stat'))).toBe(others);
  });

  it('comes up after an up that was killed in any step', async () => {
    // The images take longest, so only the last round makes them.
    const rounds = [
      ['network', []],
      ['machines', []],
      ['images', images()],
    ] as const;
    for (const [step, wanted] of rounds) {
      await labDown(name, ignore);
      await killUpAt(step, { name, images: wanted });
      await labUp({ name, images: wanted }, ignore);
    }
    await on(machine, 'sudo', 'docker', 'pull', '--quiet', 'example/page');
    expect((await labStatus(name)).state).toBe('up');
  });

  it('leaves nothing behind when it goes down', async () => {
    await labDown(name, ignore);
    expect(await leftoversOf(name)).toEqual([]);
    expect(await labStatus(name)).toEqual({ name, state: 'absent', machines: [] });
    await labDown(name, ignore);
  });

  it('leaves nothing behind of an up that was killed', async () => {
    await killUpAt('images', { name, images: images() });
    expect(await leftoversOf(name)).not.toEqual([]);
    await labDown(name, ignore);
    expect(await leftoversOf(name)).toEqual([]);
  });
});

/** When a process started: the 22nd value of /proc/PID/stat (proc(5)). */
function starts(stat: string): string | undefined {
  return stat.split(' ').at(21);
}
