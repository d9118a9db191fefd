import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnit, tutorialState } from '../../support/lab/cluster-state.ts';
import { machines, withoutLab } from '../../support/lab/test-lab.ts';
import { startLoad } from '../../support/load.ts';
import { copyProject, edit, type TestProject } from '../../support/project.ts';

describe.skipIf(withoutLab)('changed placement rules', () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    for (const words of [
      ['scale', 'apache', '7777'],
      ['deploy', 'nginx_lb'],
    ]) {
      const done = await coreship(project.root, ...words);
      expect(done.code, done.stderr).toBe(0);
    }
  });
  afterAll(() => project.remove());

  it('move an instance that may not stay: the new one serves before the old one leaves', async () => {
    const [old, balancer] = await Promise.all(['apache@7777.service', 'nginx_lb.service'].map(labUnit));
    const free = (await machines()).find(
      ({ name }) => ![old, balancer].some((unit) => unit?.machine.name === name),
    );
    if (!old || !balancer || !free) throw new Error('not deployed');
    const zone = free.metadata['zone'];
    await edit(
      join(project.root, 'coreship.yaml'),
      /^ +conflicts: \[.apache@\*\.service.\]\n/m,
      `      conflicts: ['apache@*.service']\n      metadata: [zone=${zone}]\n`,
    );
    expect(await coreship(project.root, 'render')).toMatchObject({ code: 0 });

    const planned = await coreship(project.root, 'plan', 'apache');
    expect(planned.stdout).toContain(
      `~ move apache@7777.service from ${old.machine.name} to ${free.name}: apache@7777.service may not stay on ${old.machine.name}`,
    );
    expect(await coreship(project.root, 'deploy', 'apache'), 'a move must be agreed to').toMatchObject({
      code: 2,
    });

    const load = startLoad(balancer.machine.address);
    const moved = await coreship(project.root, 'deploy', 'apache', '--yes', '--json');
    const requests = await load.stop();
    expect(moved.code, moved.stderr).toBe(0);
    expect(requests.failed).toEqual([]);
    expect(requests.sent).toBeGreaterThan(20);
    const done = moved.lines.flatMap(({ type, step }) => {
      if (type !== 'step-done' || !step) return [];
      return ['machine' in step ? `${step.kind} ${step.machine.name}` : step.kind];
    });
    expect(done).toEqual([
      `install ${free.name}`,
      `start ${free.name}`,
      `wait-active ${free.name}`,
      `wait-registered ${free.name}`,
      'wait-served',
      `stop ${old.machine.name}`,
      'wait-unregistered',
      'wait-unserved',
      'drain',
      `stop ${old.machine.name}`,
      `remove ${old.machine.name}`,
    ]);
    expect((await labUnit('apache@7777.service')).machine.name).toBe(free.name);
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));
  });

  it('move nothing that may stay', async () => {
    await edit(
      join(project.root, 'coreship.yaml'),
      '      metadata: [zone=',
      '      metadata: [zone=a, zone=b, zone=',
    );
    expect(await coreship(project.root, 'render')).toMatchObject({ code: 0 });
    const planned = await coreship(project.root, 'plan', 'apache', '--json');
    expect(planned.lines[0]?.changes?.map(({ action }) => action)).toEqual(['replace']);
  });
});
