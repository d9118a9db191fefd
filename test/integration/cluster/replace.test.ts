import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { clusterState, labUnit, labUnits, mainPids, tutorialState } from '../../support/lab/cluster-state.ts';
import { withoutLab } from '../../support/lab/test-lab.ts';
import { startLoad } from '../../support/load.ts';
import { copyProject, edit, type TestProject } from '../../support/project.ts';

const withdrawn = ['stop', 'wait-unregistered', 'wait-unserved'];
const served = ['start', 'wait-active', 'wait-registered', 'wait-served'];

describe.skipIf(withoutLab)('changed units', () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    const deployed = await run('deploy', 'apache', 'nginx_lb');
    expect(deployed.code, deployed.stderr).toBe(0);
  });
  afterAll(() => project.remove());

  const run = (...words: readonly string[]) => coreship(project.root, ...words);

  const changeConfig = async (from: string, to: string): Promise<void> => {
    await edit(join(project.root, 'coreship.yaml'), from, to);
    const rendered = await run('render');
    expect(rendered.code, rendered.stderr).toBe(0);
  };

  /** Deploys apache under load, and gives what was done to each unit, in order. */
  const deployUnderLoad = async () => {
    const load = startLoad((await labUnit('nginx_lb.service')).machine.address);
    const deployed = await run('deploy', 'apache', '--yes', '--json');
    const requests = await load.stop();
    expect(deployed.code, deployed.stderr).toBe(0);
    expect(requests.failed).toEqual([]);
    expect(requests.sent).toBeGreaterThan(20);
    expect(await clusterState(project.root)).toEqual(tutorialState(['7777', '8888']));
    return deployed.lines.flatMap(({ type, change, step }) => {
      if (type === 'change-started') return [`${change?.action} ${change?.unit}`];
      return type === 'step-done' && step ? [step.kind] : [];
    });
  };

  it('shows the diff and both restarts of a changed main unit', async () => {
    await changeConfig(
      '    image: example/apache\n',
      '    image: example/apache\n    environment: { MOOD: good }\n',
    );
    const planned = await run('plan', 'apache');
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    for (const port of ['7777', '8888']) {
      expect(planned.stdout).toMatch(
        new RegExp(
          `~ replace apache@${port}\\.service on \\S+: apache@${port}\\.service has changed; it is restarted`,
        ),
      );
    }
    expect(planned.stdout.match(/^ +\+.*MOOD=good/gm)).toHaveLength(2);
    expect((await run('plan', '--detailed-exitcode')).code).toBe(2);
  });

  it('does not restart anything unless it is agreed to', async () => {
    const [before, units] = await Promise.all([mainPids(), labUnits()]);
    const refused = await run('deploy', 'apache');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('nothing was changed');
    expect(refused.stderr).toContain('--yes');
    expect(await mainPids()).toEqual(before);
    expect(await labUnits()).toEqual(units);
  });

  it('replaces one instance after the other, each served before the next, and no request fails', async () => {
    const before = await mainPids();
    const done = await deployUnderLoad();
    const replaced = [...withdrawn, 'drain', 'stop', 'install', ...served];
    expect(done).toEqual([
      ...['replace apache@7777.service', ...replaced],
      ...['replace apache@8888.service', ...replaced],
    ]);
    const kept = Object.entries(await mainPids()).filter(([unit, pid]) => before[unit] === pid);
    expect(kept.map(([unit]) => unit)).toEqual([expect.stringContaining('nginx_lb.service')]);
  });

  it('replaces a sidekick beside a main unit that keeps running, and no request fails', async () => {
    await changeConfig('      path: /\n', '      path: /\n      ttl: 7\n');
    const before = await mainPids();
    const done = await deployUnderLoad();
    const refreshed = [...withdrawn, 'install', ...served];
    expect(done).toEqual([
      ...['refresh apache@7777.service', ...refreshed],
      ...['refresh apache@8888.service', ...refreshed],
    ]);
    const changed = Object.entries(await mainPids()).filter(([unit, pid]) => before[unit] !== pid);
    expect(changed.map(([unit]) => unit.replace(/^\S+ /, '')).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'apache-discovery@7777.service',
      'apache-discovery@8888.service',
    ]);
  });
});
