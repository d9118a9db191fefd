import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { labReboot } from '../../../src/lab/machine-control.ts';
import { clearLab } from '../support/clear-lab.ts';
import { coreship } from '../support/cli.ts';
import { clusterState, labUnit, mainPids, tutorialState } from '../support/cluster-state.ts';
import { get } from '../support/load.ts';
import { copyProject, type TestProject } from '../support/project.ts';
import { on, testLab, withoutLab } from '../support/test-lab.ts';

describe.skipIf(withoutLab)('what comes back by itself', { timeout: 400_000 }, () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    const deployed = await coreship(project.root, 'deploy', 'apache', 'nginx_lb');
    expect(deployed.code, deployed.stderr).toBe(0);
  });
  afterAll(() => project.remove());

  /** Waits until everything is as it was, and the page is there. */
  const allIsWell = async (): Promise<void> => {
    await vi.waitFor(async () => {
      expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
    }, patience);
    const balancer = await labUnit('nginx_lb.service');
    await vi.waitFor(() => get(balancer.machine.address), patience);
    const again = await coreship(project.root, 'deploy', 'apache', 'nginx_lb');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('nothing to do');
  };

  it('a killed container, with its sidekick and its registration', async () => {
    const { machine, mainPid } = await labUnit('apache@7777.service');
    const before = await mainPids();
    await on(machine, ['sudo', 'docker', 'kill', 'apache.7777']);
    await vi.waitFor(async () => {
      const after = await labUnit('apache@7777.service');
      expect(after.mainPid).not.toBe(mainPid);
      expect(after.active).toBe('active');
    }, patience);
    await allIsWell();
    const kept = Object.entries(await mainPids()).filter(([unit, pid]) => before[unit] === pid);
    expect(kept.map(([unit]) => unit.replace(/^\S+ /, ''))).toEqual(
      expect.arrayContaining(['apache@8888.service', 'nginx_lb.service']),
    );
  });

  it('the units of a machine that reboots', async () => {
    const { machine } = await labUnit('apache@8888.service');
    await labReboot(testLab, machine.name);
    await allIsWell();
  });

  it('the load balancer after a power cut of its machine', async () => {
    const { machine } = await labUnit('nginx_lb.service');
    await labReboot(testLab, machine.name, 'hard');
    await allIsWell();
  });
});

/** How long to wait for what should come back by itself. */
const patience = { timeout: 120_000, interval: 500 };
