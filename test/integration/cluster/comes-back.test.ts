import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReboot } from '../../../src/lab/machine-control.ts';
import { coreship } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnit, mainPids, tutorialState } from '../../support/lab/cluster-state.ts';
import { on, testLab, withoutLab } from '../../support/lab/test-lab.ts';
import { get } from '../../support/load.ts';
import { copyProject, type TestProject } from '../../support/project.ts';

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
    await eventually(
      async () => {
        expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
      },
      'the state before',
      recovery,
    );
    const balancer = await labUnit('nginx_lb.service');
    await eventually(() => get(balancer.machine.address), 'the page', recovery);
    const again = await coreship(project.root, 'deploy', 'apache', 'nginx_lb');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('nothing to do');
  };

  it('a killed container, with its sidekick and its registration', async () => {
    const { machine, mainPid } = await labUnit('apache@7777.service');
    const before = await mainPids();
    await on(machine, ['sudo', 'docker', 'kill', 'apache.7777']);
    await eventually(
      async () => {
        const after = await labUnit('apache@7777.service');
        expect(after.mainPid).not.toBe(mainPid);
        expect(after.active).toBe('active');
      },
      'the state before',
      recovery,
    );
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
const recovery = { timeoutMs: 120_000, everyMs: 500 };
