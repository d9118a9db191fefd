import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabMachine } from '../../../src/lab/description.ts';
import { labReboot } from '../../../src/lab/machine-control.ts';
import { coreship, startCoreship } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { awaitRig } from '../../support/faults/await-rig.ts';
import { coreshipChain } from '../../support/faults/coreship-chain.ts';
import { measureSteady } from '../../support/faults/steady.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { labUnit, labUnits } from '../../support/lab/cluster-state.ts';
import { machines, on, shell, testLab, withoutLab } from '../../support/lab/test-lab.ts';
import { copyProject, edit, type TestProject } from '../../support/project.ts';

const lockKey = '/coreship/tutorial/lock';

describe.skipIf(withoutLab)("apache by etcd's API v2", () => {
  let project: TestProject;
  let first: LabMachine;
  const etcdctl2 = (...words: readonly string[]) => on(first, ['env', 'ETCDCTL_API=2', 'etcdctl', ...words]);
  const registered = async () => (await etcdctl2('ls', '--sort', '/services/apache')).trim();
  const run = (...words: readonly string[]) => coreship(project.root, ...words);

  beforeAll(async () => {
    await clearLab();
    const [machine] = await machines();
    if (!machine) throw new Error('a lab without machines');
    first = machine;
    project = await copyProject();
    await edit(join(project.root, 'coreship.yaml'), 'services:', 'registry:\n  api: v2\nservices:');
    // The lab's image is that of a project with v3; a variable of the unit wins.
    await edit(
      join(project.root, 'coreship.yaml'),
      '    loadBalancer:',
      '    environment: { REGISTRY_API: v2 }\n    loadBalancer:',
    );
    expect(await run('render')).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await clearLab();
    await project.remove();
  });

  it('scales apache, and has nothing to do the second time', async () => {
    const scaled = await run('scale', 'apache', '7777', '8888');
    expect(scaled.code, scaled.stderr).toBe(0);
    expect(await run('deploy', 'apache')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing to do'),
    });
  });

  it('has everything in v2 and nothing in v3', async () => {
    expect(await registered()).toMatch(
      /^\/services\/apache\/[\d.]+:(7777|8888)\n\/services\/apache\/[\d.]+:(7777|8888)$/,
    );
    expect(await on(first, ['env', 'ETCDCTL_API=3', 'etcdctl', 'get', '--prefix', '/'])).toBe('');
  });

  it('shows it', async () => {
    const [one = '', two = ''] = (await registered()).split('\n').map((key) => key.replace(/.*\//, ''));
    const shown = await run('services');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(`${one} ${two}`);
  });

  it('deploys the load balancer, and the page is served', async () => {
    const deployed = await run('deploy', 'nginx_lb');
    expect(deployed.code, deployed.stderr).toBe(0);
    const { machine } = await labUnit('nginx_lb.service');
    const answer = await fetch(`http://${machine.address}/`);
    expect({ status: answer.status, text: await answer.text() }).toMatchObject({
      status: 200,
      text: expect.stringContaining('<'),
    });
    const status = ['sudo', 'docker', 'exec', 'nginx_lb', 'confd-watch', 'status', '--json'];
    await eventually(async () =>
      expect(JSON.parse(await on(machine, status))).toMatchObject({
        watcher: expect.stringMatching(/^(curl|confd)$/),
        problem: null,
      }),
    );
  });

  it('does nothing while nothing changes: no event to watchers, no reload', async () => {
    const rig = await awaitRig(shell, coreshipChain(testLab, project.root, 'v2'));
    expect(await measureSteady(rig, 20, 12)).toMatchObject({ instances: 20, events: 0, reloads: 0 });
    expect(await run('destroy', 'nginx_lb', '--yes')).toMatchObject({ code: 0 });
  });

  it('is kept out by a lock, and says whose', async () => {
    const holder = { who: 'joe@there', command: 'deploy apache', pid: 7, since: 'noon' };
    await etcdctl2('set', lockKey, JSON.stringify(holder));
    const kept = await run('scale', 'apache', '7777', '8888', '9999', '--lock-wait', '1');
    expect(kept.code).toBe(3);
    expect(kept.stderr).toContain('the lock is held by joe@there: deploy apache (process 7, since noon)');
    await etcdctl2('rm', lockKey);
  });

  it('goes on after a machine on the way to etcd has rebooted', async () => {
    await etcdctl2('set', lockKey, '{"who":"joe@there"}');
    const words = ['scale', 'apache', '7777', '--yes', '--lock-wait', '120'];
    const waiting = startCoreship(project.root, words);
    await waiting.says('waiting for the lock, held by joe@there');
    // The first machine is the first way to etcd.
    await labReboot(testLab, first.name);
    await etcdctl2('rm', lockKey);
    const { code, stderr } = await waiting.done;
    expect(code, stderr).toBe(0);
    expect(await registered()).toMatch(/^\/services\/apache\/[\d.]+:7777$/);
  });

  it('leaves nothing behind', async () => {
    expect(await run('destroy', 'apache', '--yes')).toMatchObject({ code: 0 });
    expect(await labUnits()).toEqual([]);
    expect(await etcdctl2('ls', '--recursive', '-p', '/')).not.toMatch(/\d$/m);
  });
});
