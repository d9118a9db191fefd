import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnit, systemFiles } from '../../support/lab/cluster-state.ts';
import { machines, on, scriptOnAll, tryOn, withoutLab } from '../../support/lab/test-lab.ts';
import { copyProject, projectFiles, type TestProject } from '../../support/project.ts';

describe.skipIf(withoutLab)('destroy', () => {
  let project: TestProject;
  let cleared: readonly string[];
  beforeAll(async () => {
    await clearLab();
    cleared = await systemFiles();
    project = await copyProject();
    const deployed = await coreship(project.root, 'deploy', 'apache', 'nginx_lb');
    expect(deployed.code, deployed.stderr).toBe(0);
    // As on machines that have booted with their units.
    await scriptOnAll('systemctl start coreship-tutorial.target');
  });
  afterAll(() => project.remove());

  const run = (...words: readonly string[]) => coreship(project.root, ...words);

  it('deregisters and stops a service, and the load balancer says that there is nobody', async () => {
    const { machine } = await labUnit('nginx_lb.service');
    const destroyed = await run('destroy', 'apache', '--yes', '--json');
    expect(destroyed.code, destroyed.stderr).toBe(0);
    const done = destroyed.lines.flatMap(({ type, step }) =>
      type === 'step-done' && step ? [step.kind] : [],
    );
    const gone = ['stop', 'wait-unregistered', 'wait-unserved', 'drain', 'stop', 'remove'];
    expect(done).toEqual([...gone, ...gone]);
    expect(await clusterState(project.root)).toMatchObject({
      groups: [['nginx_lb.service']],
      wrong: [],
      registered: [],
      upstream: [],
    });
    const page = await fetch(`http://${machine.address}/`);
    expect(page.status).toBe(503);
  });

  it('leaves nothing on the machines and everything in the project', async () => {
    const before = await projectFiles(project.root);
    const destroyed = await run('destroy', 'nginx_lb', '--yes');
    expect(destroyed.code, destroyed.stderr).toBe(0);
    expect(await systemFiles()).toEqual(cleared);
    for (const machine of await machines()) {
      expect(await on(machine, ['sudo', 'docker', 'ps', '--quiet'])).toBe('');
      const listed = await tryOn(machine, [
        'systemctl',
        'list-units',
        '--all',
        '--plain',
        '--no-legend',
        'apache*',
        'nginx_lb*',
        'coreship*',
      ]);
      expect(listed.stdout).toBe('');
    }
    expect(await projectFiles(project.root)).toEqual(before);
  });

  it('has nothing to do for what is gone, and knows what never was', async () => {
    const again = await run('destroy', 'apache', '--yes');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('nothing to do');
    const unknown = await run('destroy', 'apatche', '--yes');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('there is no service apatche');
  });
});
