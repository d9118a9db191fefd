import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabMachine } from '../../../src/lab/description.ts';
import { coreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnit, labUnits, mainPids, tutorialState } from '../../support/lab/cluster-state.ts';
import { machines, on, testLab, withoutLab } from '../../support/lab/test-lab.ts';
import { get, startLoad } from '../../support/load.ts';
import { copyProject, type TestProject } from '../../support/project.ts';

describe.skipIf(withoutLab)('the main job on three machines', () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
  });
  afterAll(() => project.remove());

  const run = (...words: readonly string[]) => coreship(project.root, ...words);

  it('scales apache, deploys the load balancer, and the page is served', async () => {
    const scaled = await run('scale', 'apache', '7777', '8888');
    expect(scaled.code, scaled.stderr).toBe(0);
    const deployed = await run('deploy', 'nginx_lb');
    expect(deployed.code, deployed.stderr).toBe(0);

    const state = await clusterState(project.root);
    expect(state).toEqual(tutorialState(['7777', '8888']));
    expect(state.groups, 'three machines, each sidekick beside its main unit').toHaveLength(3);
    const balancer = await labUnit('nginx_lb.service');
    await expect(get(balancer.machine.address)).resolves.toBeUndefined();
  });

  it('shows the machines', async () => {
    const known = await machines();
    const shown = await run('machines');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    const [head = '', ...rows] = shown.stdout.trimEnd().split('\n');
    expect(head.split(/ +/)).toEqual(['MACHINE', 'ID', 'PRIVATE', 'PUBLIC', 'UNITS', 'METADATA']);
    expect(rows.map((row) => row.split(/ +/)[0])).toEqual(known.map(({ name }) => name));

    const data = JSON.parse((await run('machines', '--json')).stdout) as unknown;
    expect(data).toMatchObject({
      version: 1,
      type: 'machines',
      machines: known.map(({ name, id, address, metadata }) => {
        return { name, id, metadata, addresses: { private: address, public: address } };
      }),
      unreachable: [],
    });
  });

  it('shows what runs where', async () => {
    const units = [...(await labUnits())].sort((a, b) => (a.name < b.name ? -1 : 1));
    const shown = await run('status');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    const [head = '', ...rows] = shown.stdout.trimEnd().split('\n');
    expect(head.split(/ +/)).toEqual(['UNIT', 'MACHINE', 'ACTIVE', 'SUB', 'REGISTERED', 'SERVED']);
    const cells = rows.map((row) => row.split(/ +/).slice(0, 4));
    expect(cells).toEqual(units.map(({ name, machine }) => [name, machine.name, 'active', 'running']));

    const data = JSON.parse((await run('status', '--json', 'apache')).stdout) as unknown;
    const apache = units.filter(({ name }) => name.startsWith('apache'));
    expect(data).toEqual({
      version: 1,
      type: 'status',
      cluster: testLab,
      units: apache.map(({ name, machine, mainPid }) => {
        const port = name.replace(/^.*@|\.service$/g, '');
        const isMain = name.startsWith('apache@');
        return {
          unit: name,
          service: 'apache',
          machine: machine.name,
          active: 'active',
          sub: 'running',
          mainPid,
          ...(isMain ? { registered: `${machine.address}:${port}` } : {}),
          servedBy: isMain ? ['nginx_lb'] : [],
        };
      }),
      unreachable: [],
    });
  });

  it('shows what is registered and served', async () => {
    const [first, second, balancer] = await Promise.all(
      ['apache@7777.service', 'apache@8888.service', 'nginx_lb.service'].map(labUnit),
    );
    // In the order of their addresses, as they are in etcd.
    const backends = [`${first?.machine.address}:7777`, `${second?.machine.address}:8888`].sort((a, b) =>
      a < b ? -1 : 1,
    );
    const shown = await run('services');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain(`${balancer?.machine.name}: ${backends.join(' ')}`);

    const data = JSON.parse((await run('services', '--json')).stdout) as unknown;
    expect(data).toEqual({
      version: 1,
      type: 'services',
      cluster: testLab,
      services: [
        { name: 'apache', registered: backends, serves: [] },
        { name: 'nginx_lb', registered: [], serves: [{ machine: balancer?.machine.name, backends }] },
      ],
      unreachable: [],
    });
  });

  it('has nothing to do the second time', async () => {
    const before = await mainPids();
    const again = await run('scale', 'apache', '7777', '8888');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('nothing to do');
    const deployed = await run('deploy', 'apache', 'nginx_lb', '--json');
    expect(deployed.lines).toEqual([
      expect.objectContaining({
        type: 'result',
        changes: [],
        unchanged: ['apache@7777.service', 'apache@8888.service', 'nginx_lb.service'],
      }),
    ]);
    expect(await mainPids()).toEqual(before);
  });

  it('has no machine for a third instance, and changes nothing', async () => {
    const before = await mainPids();
    const refused = await run('scale', 'apache', '7777', '8888', '9999');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('apache@9999.service: no machine fits');
    for (const { name } of await machines()) {
      expect(refused.stderr).toMatch(new RegExp(`not on ${name}: .*Conflicts=apache@\\*\\.service`));
    }
    expect(await mainPids()).toEqual(before);
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
  });

  it('asks before it takes an instance away, and elsewhere than on a terminal needs --yes', async () => {
    const refused = await run('scale', 'apache', '7777');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--yes');
    const dry = await run('scale', 'apache', '7777', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('- remove apache@8888.service');
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
  });

  it('takes an instance out of registry and load balancer before it stops, and no request fails', async () => {
    const [leaving, balancer] = await Promise.all(['apache@8888.service', 'nginx_lb.service'].map(labUnit));
    if (!leaving || !balancer) throw new Error('not deployed');
    const load = startLoad(balancer.machine.address);
    const down = await run('scale', 'apache', '7777', '--yes', '--json');
    const requests = await load.stop();
    expect(down.code, down.stderr).toBe(0);
    expect(requests.failed).toEqual([]);
    expect(requests.sent).toBeGreaterThan(20);
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777']));

    const done = down.lines.flatMap(({ type, step }) => (type === 'step-done' && step ? [step.kind] : []));
    expect(done).toEqual(['stop', 'wait-unregistered', 'wait-unserved', 'drain', 'stop', 'remove']);

    // The machines share one clock, so their journals tell what really came first.
    const deregistered = await timeOf(leaving.machine, 'apache-discovery@8888.service', '^deregistered');
    const lastRequest = await timeOf(balancer.machine, 'nginx_lb.service', '[0-9.]+:8888 "GET /');
    const stopped = await timeOf(leaving.machine, 'apache@8888.service', '^Stopping ');
    expect(stopped).toBeGreaterThan(deregistered);
    expect(stopped).toBeGreaterThan(lastRequest);
  });

  it('brings the instance back, and no request fails', async () => {
    const before = await mainPids();
    const load = startLoad((await labUnit('nginx_lb.service')).machine.address);
    const up = await run('scale', 'apache', '7777', '8888');
    const requests = await load.stop();
    expect(up.code, up.stderr).toBe(0);
    expect(requests.failed).toEqual([]);
    expect(requests.sent).toBeGreaterThan(20);
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
    expect(await mainPids(), 'the others are left alone').toMatchObject(before);
  });
});

/** Seconds since the epoch of a unit's last journal line of this kind. */
async function timeOf(machine: LabMachine, unit: string, line: string): Promise<number> {
  const last = ['--quiet', '--lines=1', '--output=short-unix', `--grep=${line}`, '--unit', unit];
  return Number((await on(machine, ['sudo', 'journalctl', ...last])).split(' ')[0]);
}
