import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  installScript,
  observeScript,
  removeScript,
  startScript,
  stopScript,
} from '../../src/engines/systemd/scripts.ts';

const missing =
  process.getuid?.() === 0 ? undefined : 'only root may mount a folder over /etc/systemd/system';
if (missing !== undefined) process.stderr.write(`tests of the engine's scripts skipped: ${missing}\n`);
const shells = [
  ['dash', ['/bin/dash']],
  ['busybox', ['/bin/busybox', 'sh']],
] as const;
const present = shells.filter(([, [program]]) => existsSync(program));

/** systemctl as far as the scripts use it: says what it was told, and knows units by the files that are there. */
const systemctl = `#!/bin/sh
echo "$*" >>"$LOG"
[ "$1" = show ] || exit 0
value=; case " $* " in *" --value "*) value=1 ;; esac
while [ "$1" != -- ]; do shift; done; shift
for name; do
  if [ -e "/etc/systemd/system/$name" ]; then load=loaded; else load=not-found; fi
  case $load in loaded) active=active ;; *) active=inactive ;; esac
  case "$name" in running*) active=active ;; esac
  if [ -n "$value" ]; then echo "\${VALUE:-$active}"; else printf 'Id=%s\\nLoadState=%s\\n\\n' "$name" "$load"; fi
done
`;

const target = 'coreship-tutorial.target';
const wants = `${target}.wants`;
const unitText = '[Service]\nExecStart=/bin/sh -c \'echo "$HOME" 100%% \\\\\'\n';

describe.skipIf(missing !== undefined).each(present)("the engine's scripts under %s", (_, shell) => {
  let root: string;
  const units = (...names: readonly string[]) => join(root, 'units', ...names);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'coreship-scripts-'));
    mkdirSync(units());
    writeFileSync(join(root, 'systemctl'), systemctl);
    chmodSync(join(root, 'systemctl'), 0o755);
    writeFileSync(join(root, 'log'), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Runs a script as the engine does, in a mount namespace whose /etc/systemd/system is a folder of the test. */
  function run(script: string, args: readonly string[], { input = '', value = '' } = {}) {
    const mount = 'mount --bind "$0/units" /etc/systemd/system && exec "$@"';
    return spawnSync(
      '/usr/bin/unshare',
      [
        '--mount',
        '--propagation',
        'private',
        '/bin/sh',
        '-c',
        mount,
        root,
        ...shell,
        '-c',
        script,
        'sh',
        ...args,
      ],
      {
        input,
        encoding: 'utf8',
        env: { PATH: `${root}:${process.env['PATH']}`, LOG: join(root, 'log'), VALUE: value },
      },
    );
  }
  const install = (...names: readonly string[]) => {
    const input = names.map((name) => `${name} ${Buffer.from(unitText).toString('base64')}\n`).join('');
    return run(installScript, [target, 'tutorial'], { input });
  };
  const told = () => readFileSync(join(root, 'log'), 'utf8').trim().split('\n');
  const lying = () => readdirSync(units()).sort();

  it('install writes units byte for byte, links them to the target, and tells systemd once', () => {
    expect(install('a@1.service', 'b.service')).toMatchObject({ status: 0, stderr: '' });
    expect(lying()).toEqual(['a@1.service', 'b.service', target, wants]);
    expect(readFileSync(units('a@1.service'), 'utf8')).toBe(unitText);
    expect(readlinkSync(units(wants, 'a@1.service'))).toBe('../a@1.service');
    expect(readFileSync(units(target), 'utf8')).toContain('WantedBy=multi-user.target');
    expect(told()).toEqual([`--quiet enable ${target}`, 'daemon-reload']);
  });

  it('install replaces what it has written before, and finishes what a killed run has begun', () => {
    install('a.service');
    writeFileSync(units('a.service'), 'old');
    writeFileSync(units('.a.service.new'), 'half');
    mkdirSync(units(wants), { recursive: true });
    symlinkSync('../b.service', units(wants, 'b.service'));
    expect(install('a.service', 'b.service').status).toBe(0);
    expect(readFileSync(units('a.service'), 'utf8')).toBe(unitText);
    expect(readFileSync(units('b.service'), 'utf8')).toBe(unitText);
    expect(lying()).not.toContain('.a.service.new');
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'mine')],
    ['a link', (path: string) => symlinkSync('/dev/null', path)],
    ['a dangling link', (path: string) => symlinkSync('/nowhere', path)],
  ])('install refuses %s that it did not write, and leaves it as it is', (_what, put) => {
    put(units('a.service'));
    const before = execFileSync('ls', ['-l', units('a.service')], { encoding: 'utf8' });
    const { status, stderr } = install('a.service');
    expect(status).toBe(1);
    expect(stderr).toBe("/etc/systemd/system/a.service is not coreship's\n");
    expect(execFileSync('ls', ['-l', units('a.service')], { encoding: 'utf8' })).toBe(before);
    expect(readdirSync(units(wants))).toEqual([]);
  });

  it('observe prints what is there and what is asked about', () => {
    install('a.service');
    symlinkSync('../gone.service', units(wants, 'gone.service'));
    writeFileSync(units('strange.service'), 'mine');
    const { stdout, status } = run(observeScript, [target, 'strange.service', 'free.service']);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`machine-id ${readFileSync('/etc/machine-id', 'utf8').trim()}`);
    expect(lines).toContain(`file a.service ${Buffer.from(unitText).toString('base64')}`);
    expect(lines).toContain('file gone.service');
    expect(lines.filter((line) => line.startsWith('file '))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('Id='))).toEqual([
      'Id=a.service',
      'Id=gone.service',
      'Id=strange.service',
      'Id=free.service',
    ]);
  });

  it('observe says little of a machine that coreship has never seen', () => {
    const { stdout, status } = run(observeScript, [target]);
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/^(file|Id)/m);
    expect(told()).toEqual(['']);
  });

  it('start reloads first where systemd has not read the newest files, and does not wait', () => {
    run(startScript, ['a.service'], { value: 'no' });
    expect(told().slice(1)).toEqual(['reset-failed -- a.service', 'start --no-block -- a.service']);
    writeFileSync(join(root, 'log'), '');
    run(startScript, ['a.service', 'b.service'], { value: 'yes' });
    expect(told().slice(1)).toEqual([
      'daemon-reload',
      'reset-failed -- a.service b.service',
      'start --no-block -- a.service b.service',
    ]);
  });

  it('stop takes what does not run for stopped, with a file or without', () => {
    install('a.service');
    writeFileSync(join(root, 'log'), '');
    expect(run(stopScript, ['gone.service', 'a.service', 'running.service']).status).toBe(0);
    expect(told().filter((line) => line.startsWith('stop'))).toEqual([
      'stop -- a.service',
      'stop -- running.service',
    ]);
  });

  it('remove takes away its own, and the target with the last', () => {
    install('a.service', 'b.service');
    expect(run(removeScript, [target, 'a.service']).status).toBe(0);
    expect(lying()).toEqual(['b.service', target, wants]);
    expect(run(removeScript, [target, 'b.service']).status).toBe(0);
    expect(lying()).toEqual([]);
    expect(told()).toContain(`--quiet disable ${target}`);
  });

  it('remove sweeps up links that killed runs have left, but not those of units that run', () => {
    install('a.service', 'b.service');
    symlinkSync('../gone.service', units(wants, 'gone.service'));
    symlinkSync('../running.service', units(wants, 'running.service'));
    expect(run(removeScript, [target, 'a.service']).status).toBe(0);
    expect(readdirSync(units(wants)).sort()).toEqual(['b.service', 'running.service']);
  });

  it('install writes nothing where one of several units is in the way', () => {
    writeFileSync(units('b.service'), 'mine');
    expect(install('a.service', 'b.service').status).toBe(1);
    expect(lying()).toEqual(['b.service', target, wants]);
  });

  it('remove leaves alone what it did not write, and finishes what a killed run has begun', () => {
    install('a.service', 'b.service');
    rmSync(units('a.service'));
    writeFileSync(units('strange.service'), 'mine');
    expect(run(removeScript, [target, 'a.service', 'strange.service', 'never.service']).status).toBe(0);
    expect(lying()).toEqual(['b.service', target, wants, 'strange.service']);
    expect(readdirSync(units(wants))).toEqual(['b.service']);
  });
});
