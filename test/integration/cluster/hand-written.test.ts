import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreship } from '../../support/cli.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { labUnit, labUnits, systemFiles } from '../../support/lab/cluster-state.ts';
import { on, scriptOn, withoutLab } from '../../support/lab/test-lab.ts';
import { copyProject, type TestProject } from '../../support/project.ts';

const template = `# Ticks. Kept by hand; no service in coreship.yaml stands behind it.
; systemd takes this for a comment, too
[Unit]
Description="Tick" of %i \\
  # a comment in the middle of a value
  , every minute

[Service]
Environment="GREETING=two words" 'QUOTE=it is "quoted"'
Environment=PLAIN=1
ExecStart=
ExecStart=/bin/sh -c 'while sleep 60; do echo "$\${GREETING}: %i; 100%%"; done' \\
  "argument with \\"quotes\\"" \\
  last\\x20one

[X-Fleet]
Conflicts=tick@*.service
`;

const sidekick = `[Unit]
BindsTo=tick@%i.service
After=tick@%i.service
[Service]
ExecStart=/bin/sleep infinity
[X-Fleet]
MachineOf=tick@%i.service
`;

const ownText = '# Not like the others.\r\n[Service]\r\nExecStart=/bin/sleep infinity\r\n';

const single = '[Service]\nExecStart=/bin/sleep \\\n   infinity\n\n[X-Fleet]\nConflicts=tick@*.service';

const files = {
  'unit-templates/tick@.service': template,
  'unit-templates/tick-log@.service': sidekick,
  'instances/tick@two.service': ownText,
  'static/alone.service': single,
};

describe.skipIf(withoutLab)('units written by hand', () => {
  let project: TestProject;
  let cleared: readonly string[];
  beforeAll(async () => {
    await clearLab();
    cleared = await systemFiles();
    project = await copyProject();
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(project.root, path)), { recursive: true });
      await writeFile(join(project.root, path), content);
    }
    await symlink('../unit-templates/tick@.service', join(project.root, 'instances/tick@one.service'));
    await symlink(
      '../unit-templates/tick-log@.service',
      join(project.root, 'instances/tick-log@one.service'),
    );
  });
  afterAll(() => project.remove());

  const run = (...words: readonly string[]) => coreship(project.root, ...words);

  it('are planned like rendered ones', async () => {
    const planned = await run('plan', 'tick', 'alone', '--json');
    expect(planned.code, planned.stderr).toBe(0);
    const changes = planned.lines[0]?.changes?.map(({ action, unit, files: added }) => {
      return [action, unit, added.map((it) => it.unit)];
    });
    expect(changes).toEqual([
      ['create', 'tick@one.service', ['tick@one.service', 'tick-log@one.service']],
      ['create', 'tick@two.service', ['tick@two.service']],
      ['create', 'alone.service', ['alone.service']],
    ]);
  });

  it('arrive byte for byte, and run as they say', async () => {
    const deployed = await run('deploy', 'tick', 'alone');
    expect(deployed.code, deployed.stderr).toBe(0);
    const units = await labUnits();
    expect(units.map(({ name, active }) => `${name} ${active}`).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'alone.service active',
      'tick-log@one.service active',
      'tick@one.service active',
      'tick@two.service active',
    ]);
    expect(new Set(units.map(({ machine }) => machine.name)).size, 'Conflicts= is honoured').toBe(3);
    for (const { name, machine } of units) {
      const path = name === 'alone.service' ? `static/${name}` : `instances/${name}`;
      const arrived = await on(machine, ['base64', '-w0', `/etc/systemd/system/${name}`]);
      expect(arrived, name).toBe((await readFile(join(project.root, path))).toString('base64'));
    }
    const { machine, mainPid } = await labUnit('tick@one.service');
    const shown = await scriptOn(machine, 'tr "\\0" "\\n" <"/proc/$1/cmdline"', [String(mainPid)]);
    expect(shown.split('\n').slice(-3)).toEqual(['argument with "quotes"', 'last one', '']);
  });

  it('have nothing to do the second time', async () => {
    const again = await run('deploy', 'tick', 'alone');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('nothing to do');
  });

  it('are removed by destroy, while the project keeps its files', async () => {
    const destroyed = await run('destroy', 'tick', 'alone', '--yes');
    expect(destroyed.code, destroyed.stderr).toBe(0);
    expect(await labUnits()).toEqual([]);
    expect(await systemFiles()).toEqual(cleared);
    for (const [path, content] of Object.entries(files)) {
      expect(await readFile(join(project.root, path), 'utf8')).toBe(content);
    }
  });
});
