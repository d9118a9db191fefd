import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDisconnect, labReconnect } from '../../../src/lab/machine-control.ts';
import { coreship, startCoreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { fleetWhole, startFleet, stopFleet, withoutFleet } from '../../support/lab/fleet-lab.ts';
import { machines, scriptOn, testLab } from '../../support/lab/test-lab.ts';
import { get, startLoad } from '../../support/load.ts';
import { copyProject, edit, type TestProject } from '../../support/project.ts';

interface Row {
  readonly unit: string;
  readonly machine: string;
  readonly active: string;
  readonly servedBy: readonly string[];
}

describe.skipIf(withoutFleet)('the main job on a cluster that runs fleet', () => {
  let project: TestProject;
  const run = (...words: readonly string[]) => coreship(project.root, '--cluster', 'lab-fleet', ...words);
  const status = async (): Promise<readonly Row[]> =>
    (JSON.parse((await run('status', '--json')).stdout) as { readonly units: readonly Row[] }).units;
  const homes = async () => new Map((await status()).map(({ unit, machine }) => [unit, machine]));
  const balancer = async (): Promise<string> => {
    const at = (await homes()).get('nginx_lb.service');
    return (await machines()).find(({ name }) => name === at)?.address ?? '';
  };

  beforeAll(async () => {
    await clearLab();
    await startFleet();
    project = await copyProject();
    await edit(join(project.root, 'coreship.yaml'), 'lab: lab\n', `lab: ${testLab}\n`);
  });

  afterAll(async () => {
    await stopFleet();
    await project.remove();
  });

  it('scales apache, deploys the load balancer, and the page is served', async () => {
    const scaled = await run('scale', 'apache', '7777', '8888');
    expect(scaled.code, scaled.stderr).toBe(0);
    const deployed = await run('deploy', 'nginx_lb');
    expect(deployed.code, deployed.stderr).toBe(0);
    const at = await homes();
    for (const port of ['7777', '8888']) {
      expect(at.get(`apache-discovery@${port}.service`)).toBe(at.get(`apache@${port}.service`));
    }
    expect(new Set(at.values()).size, 'three machines').toBe(3);
    await expect(get(await balancer())).resolves.toBeUndefined();
  });

  it('has nothing to do the second time', async () => {
    const again = await run('scale', 'apache', '7777', '8888');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
  });

  it('scales down and up again and loses no request', async () => {
    const load = startLoad(await balancer());
    const down = await run('scale', 'apache', '7777', '--yes');
    const up = await run('scale', 'apache', '7777', '8888');
    const { failed, sent } = await load.stop();
    expect([down.code, up.code], `${down.stderr}${up.stderr}`).toEqual([0, 0]);
    expect(failed).toEqual([]);
    expect(sent).toBeGreaterThan(100);
  });

  it('replaces a changed unit in place, one after the other, and loses no request', async () => {
    const before = await homes();
    const load = startLoad(await balancer());
    const template = join(project.root, 'unit-templates/apache@.service');
    await edit(template, 'Restart=always\n', 'Environment=V=2\nRestart=always\n');
    const deployed = await run('deploy', 'apache', '--yes', '--json');
    const { failed } = await load.stop();
    expect(deployed.code, deployed.stderr).toBe(0);
    expect(failed).toEqual([]);
    expect(await homes()).toEqual(before);
    const order = deployed.lines.filter(({ type }) => type.startsWith('change-')).map(({ type }) => type);
    expect(order).toEqual(['change-started', 'change-done', 'change-started', 'change-done']);
  });

  it('refuses what fleet would misread, unless the rule is named', async () => {
    const odd = join(project.root, 'static/odd.service');
    await writeFile(
      odd,
      '[Service]\nExecStart=/bin/sleep infinity\n\n[X-Fleet]\nMachineMetadata=zone=a zone=b\n',
    );
    const refused = await run('deploy', 'odd');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--allow unquoted-list') });
    expect((await run('deploy', 'odd', '--allow', 'unquoted-list')).code).toBe(0);
    expect((await run('destroy', 'odd', '--yes')).code).toBe(0);
    await rm(odd);
  });

  it('runs the tutorial’s kind of units as they are: required both ways, with older option names', async () => {
    const unit = (name: string, text: string) => writeFile(join(project.root, 'static', name), text);
    const service = '[Service]\nKillMode=none\nExecStart=/bin/sleep infinity\n\n[X-Fleet]\n';
    await unit(
      'hand.service',
      `[Unit]\nRequires=hand-announce.service\n\n${service}X-Conflicts=hand@*.service\n`,
    );
    await unit(
      'hand-announce.service',
      `[Unit]\nBindsTo=hand.service\nAfter=hand.service\n\n${service}X-ConditionMachineOf=hand.service\n`,
    );
    expect((await run('lint')).stdout).toContain('[warning requires-both-ways]');
    const deployed = await run('deploy', 'hand');
    expect(deployed.code, deployed.stderr).toBe(0);
    const rows = (await status()).filter(({ unit: name }) => name.startsWith('hand'));
    expect(rows.map(({ active }) => active)).toEqual(['active', 'active']);
    expect((await run('destroy', 'hand', '--yes')).code).toBe(0);
  });

  it('ends well, and soon, when the entry is disconnected in the middle', async () => {
    await writeFile(
      join(project.root, 'unit-templates/slow@.service'),
      '[Service]\nExecStartPre=/bin/sleep 5\nExecStart=/bin/sleep infinity\n',
    );
    const [entry] = await machines();
    const away = startCoreship(project.root, ['--cluster', 'lab-fleet', 'scale', 'slow', '1', '2', '3']);
    await away.says('wait until slow@1.service');
    await labDisconnect(testLab, entry?.name ?? '');
    const disconnectedAt = performance.now();
    try {
      const { code, stderr } = await away.done;
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`${entry?.name} does not answer`);
      // A request's time-out, the machine's lease, the unit's start elsewhere; no wait for TCP to give up.
      expect(performance.now() - disconnectedAt).toBeLessThan(60_000);
    } finally {
      await labReconnect(testLab, entry?.name ?? '');
    }
    await fleetWhole();
    expect((await run('destroy', 'slow', '--yes')).code).toBe(0);
  });

  it('ends well when the entry goes away in the middle, and when its fleet is killed', async () => {
    const [entry] = await machines();
    if (!entry) throw new Error('a lab without machines');
    await writeFile(
      join(project.root, 'unit-templates/slow@.service'),
      '[Service]\nExecStartPre=/bin/sleep 5\nExecStart=/bin/sleep infinity\n',
    );
    const away = startCoreship(project.root, ['--cluster', 'lab-fleet', 'scale', 'slow', '1', '2', '3']);
    await away.says('wait until slow@1.service');
    await scriptOn(
      entry,
      'systemd-run --quiet sh -c "systemctl stop ssh; pkill -x sshd; sleep 10; systemctl start ssh"',
    );
    expect(await away.done).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`${entry.name} does not answer`),
    });

    const killed = startCoreship(project.root, [
      '--cluster',
      'lab-fleet',
      'scale',
      'slow',
      '1',
      '2',
      '3',
      '4',
    ]);
    await killed.says('wait until slow@4.service');
    const [, other] = await machines();
    if (other) await scriptOn(other, 'pkill -9 -x fleetd');
    expect((await killed.done).code).toBe(0);
    expect((await run('destroy', 'slow', '--yes')).code).toBe(0);
  });
});
