import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { coreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnits, systemFiles, tutorialState } from '../../support/lab/cluster-state.ts';
import { machineName, machineNamed, scriptOn, tryOn, withoutLab } from '../../support/lab/test-lab.ts';
import { copyProject, type TestProject } from '../../support/project.ts';

const file = '/etc/systemd/system/apache@8888.service';
const text = '[Service]\nExecStart=/bin/sleep infinity\n';

describe.skipIf(withoutLab)("units that are not coreship's", () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    for (const name of ['apache', 'apache-discovery']) {
      await rm(join(project.root, `instances/${name}@8888.service`));
    }
    const deployed = await coreship(project.root, 'deploy', 'apache');
    expect(deployed.code, deployed.stderr).toBe(0);
  });
  afterEach(async () => {
    const remove = 'systemctl stop apache@8888; rm -f "$1"; systemctl daemon-reload';
    await scriptOn(await machineNamed(machineName(3)), remove, [file]);
  });
  afterAll(() => project.remove());

  it.each([
    { what: 'a file that nobody has started', start: 'true' },
    { what: 'a unit that runs', start: 'systemctl daemon-reload; systemctl start apache@8888' },
  ])('are left alone, named with machine and file: $what', async ({ start }) => {
    const machine = await machineNamed(machineName(3));
    await scriptOn(machine, `printf %s "$2" >"$1"; ${start}`, [file, text]);
    const [files, units] = await Promise.all([systemFiles(), labUnits()]);

    const refused = await coreship(project.root, 'scale', 'apache', '7777', '8888', '--yes');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`${machineName(3)}: ${file} is not coreship's`);

    expect((await tryOn(machine, ['cat', file])).stdout).toBe(text);
    expect(await systemFiles()).toEqual(files);
    expect(await labUnits()).toEqual(units);
    const { groups, instances, registered } = tutorialState(['7777'], { balancer: false });
    expect(await clusterState(project.root)).toMatchObject({ groups, instances, registered });
  });
});
