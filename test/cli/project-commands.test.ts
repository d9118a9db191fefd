import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { call } from './call.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coreship-cli-'));
  onTestFinished(() => rm(root, { recursive: true }));
  expect((await call(['init', root])).code).toBe(0);
});
const inRoot = (...words: readonly string[]) => call(words, { cwd: root });

describe('init', () => {
  it('starts a project with nothing stale and nothing to lint', async () => {
    expect(await inRoot('render', '--check')).toMatchObject({ code: 0, stdout: '' });
    expect(await inRoot('lint')).toMatchObject({ code: 0, stdout: 'no problems\n' });
    expect((await stat(join(root, 'images/nginx_lb/confd-watch'))).mode & 0o111).toBe(0o111);
  });

  it('names what it wrote on standard output, and what comes next on standard error', async () => {
    const other = join(root, 'other');
    const { stdout, stderr } = await call(['init', 'other'], { cwd: root });
    expect(stdout).toContain('wrote coreship.yaml\n');
    expect(stdout).toContain('wrote unit-templates/apache@.service\n');
    expect(stderr).toContain('coreship scale apache 7777 8888');
    await expect(stat(join(other, 'schema.json'))).resolves.toBeDefined();
  });

  it('changes nothing where there is a project already', async () => {
    await writeFile(join(root, 'coreship.yaml'), 'name: mine\n');
    const { code, stderr } = await call(['init', root]);
    expect(code).toBe(2);
    expect(stderr).toContain('already has files with these names; nothing was changed\n  coreship.yaml\n');
    expect(await readFile(join(root, 'coreship.yaml'), 'utf8')).toBe('name: mine\n');
  });

  it('overwrites no file of somebody else, and writes none of its own beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coreship-init-'));
    try {
      await mkdir(join(folder, 'static'));
      await writeFile(join(folder, 'static/nginx_lb.service'), '# mine\n');
      expect((await call(['init', folder])).code).toBe(2);
      expect(await readFile(join(folder, 'static/nginx_lb.service'), 'utf8')).toBe('# mine\n');
      expect(await readdir(folder)).toEqual(['static']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('render', () => {
  it('--check ends with 1 and the diff where files are stale, and writes nothing', async () => {
    const path = 'static/nginx_lb.service';
    await appendFile(join(root, path), '# mine\n');
    const { code, stdout } = await inRoot('render', '--check');
    expect(code).toBe(1);
    expect(stdout).toContain(`${path}: `);
    expect(stdout).toMatch(/^-# mine$/m);
    expect(await readFile(join(root, path), 'utf8')).toMatch(/# mine\n$/);
  });

  it('follows an edit of coreship.yaml, and then has nothing more to do', async () => {
    const file = join(root, 'coreship.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('path: /', 'path: /health'));
    expect((await inRoot('render', '--check')).stdout).toMatch(/^\+ .* CHECK_PATH=\/health /m);
    expect((await inRoot('render')).stdout).toBe('wrote unit-templates/apache-discovery@.service\n');
    expect((await inRoot('render')).stdout).toBe('nothing to do: 10 files are as coreship.yaml says\n');
  });

  it('removes a unit whose service is gone, and no unit that was written by hand', async () => {
    const file = join(root, 'coreship.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(join(root, 'static/mine.service'), '[Service]\nExecStart=/bin/true\n');
    await copyFile(join(root, 'static/nginx_lb.service'), join(root, 'static/copy.service'));
    await writeFile(file, text.slice(0, text.indexOf('\n  nginx_lb:') + 1));
    expect((await inRoot('render', '--check')).stdout).toBe('static/nginx_lb.service: left over\n');
    expect((await inRoot('render')).stdout).toBe('removed static/nginx_lb.service\n');
    expect(await readdir(join(root, 'static'))).toEqual(['copy.service', 'mine.service']);
  });

  it('takes a copy under another name for somebody’s own', async () => {
    const text = await readFile(join(root, 'static/nginx_lb.service'), 'utf8');
    await writeFile(join(root, 'static/other_lb.service'), text);
    expect(await inRoot('render', '--check')).toMatchObject({ code: 0, stdout: '' });
  });

  it('answers in JSON', async () => {
    await rm(join(root, 'static/nginx_lb.service'));
    const io = await inRoot('render', '--check', '--json');
    expect(io.code).toBe(1);
    expect(io.json()).toMatchObject([
      { version: 1, type: 'render', files: 10, stale: [{ path: 'static/nginx_lb.service' }] },
    ]);
  });

  it('names every problem of coreship.yaml with its place', async () => {
    await appendFile(join(root, 'coreship.yaml'), '  web:\n    imag: x\n    template: perhaps\n');
    const { code, stderr } = await inRoot('render');
    expect(code).toBe(2);
    expect(stderr).toMatch(/coreship\.yaml:\d+:\d+ services\.web: unknown key "imag" .*"image"/);
    expect(stderr).toMatch(/coreship\.yaml:\d+:\d+ services\.web\.template: /);
  });

  it('is what the repository holds', async () => {
    const repository = fileURLToPath(new URL('../../', import.meta.url));
    expect(await call(['render', '--check', '--project', repository])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('words after --', () => {
  it('are instances, even if they begin with a dash', async () => {
    const { code, stderr } = await inRoot('scale', 'apache', '--', '-srv-x', '--yes');
    expect(code).toBe(2);
    expect(stderr).toContain('instance "-srv-x"');
    expect(stderr).toContain('instance "--yes"');
  });

  it('are files of lint', async () => {
    await writeFile(
      join(root, '-bad.service'),
      '[Service]\nExecStart=/bin/true\n\n[X-Fleet]\nXConflicts=a\n',
    );
    const { code, stdout } = await inRoot('lint', '--', '-bad.service');
    expect(code).toBe(1);
    expect(stdout).toContain('-bad.service:5:1: ');
  });
});

describe('lint', () => {
  const bad = '[Service]\nExecStart=/bin/true\n\n[X-Fleet]\nMachineMetadata=ssd\nXConflicts=a\n';

  it.each([
    ['MachineOf=apache@7777.service\nConflicts=apache@*.service', 'unresolvable-requirements'],
    ['MachineID=abc\nGlobal=true', 'incompatible-options'],
  ])('reports what fleet would refuse: %j', async (rules, rule) => {
    await writeFile(join(root, 'refused.service'), `[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n${rules}\n`);
    const { code, stdout } = await inRoot('lint', 'refused.service');
    expect(code).toBe(1);
    expect(stdout).toContain(`[error ${rule}]`);
  });

  it('names place, problem, what to do, severity and rule, and ends with 1', async () => {
    await writeFile(join(root, 'static/bad.service'), bad);
    const { code, stdout } = await inRoot('lint');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^static\/bad\.service:5:1: MachineMetadata=ssd is ignored.* \(.+\) \[error metadata-pair-ignored\]$/m,
    );
    expect(stdout).toMatch(/^static\/bad\.service:6:1: .*XConflicts.* \[error unknown-option\]$/m);
  });

  it('reads files that are named, wherever they lie', async () => {
    await writeFile(join(root, 'elsewhere.service'), bad);
    const { code, stdout } = await inRoot('lint', 'elsewhere.service');
    expect(code).toBe(1);
    expect(stdout).toContain('elsewhere.service:5:1: ');
  });

  it.each<[lines: string, rule: string]>([
    ['MachineOf=apache@7777.service\nConflicts=apache@*.service', 'unresolvable-requirements'],
    ['MachineID=0123456789abcdef0123456789abcdef\nGlobal=true', 'incompatible-options'],
  ])('reports what fleet refuses: %j', async (lines, rule) => {
    await writeFile(
      join(root, 'static/refused.service'),
      `[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n${lines}\n`,
    );
    for (const words of [['lint'], ['lint', 'static/refused.service']]) {
      const { code, stdout } = await inRoot(...words);
      expect(stdout).toMatch(new RegExp(`^static/refused\\.service:\\d:1: .+ \\[error ${rule}\\]$`, 'm'));
      expect(code).toBe(1);
    }
  });

  it('ends with 0 where there are warnings only', async () => {
    await writeFile(join(root, 'old.service'), '[Service]\nExecStart=/bin/true\n[X-Fleet]\nX-Conflicts=a\n');
    const { code, stdout } = await inRoot('lint', 'old.service');
    expect(stdout).toContain('[warning legacy-option-name]');
    expect(code).toBe(0);
  });

  it('answers in JSON', async () => {
    await writeFile(join(root, 'bad.service'), bad);
    const io = await inRoot('lint', 'bad.service', '--json');
    expect(io.json()).toMatchObject([
      {
        version: 1,
        type: 'lint',
        problems: [
          { rule: 'metadata-pair-ignored', severity: 'error', where: { file: 'bad.service', line: 5 } },
          { rule: 'unknown-option' },
        ],
      },
    ]);
  });

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await inRoot('lint', 'nothing.service');
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot read nothing.service')]);
  });
});

describe('scale and its kin, before any machine is asked', () => {
  it.each<[name: string, words: readonly string[], says: string]>([
    ['an instance that is a path', ['scale', 'apache', '../x'], '"../x"'],
    ['an instance with a space', ['scale', 'apache', 'a b'], '"a b"'],
    ['an instance that a shell would run', ['scale', 'apache', '$(id)'], '"$(id)"'],
    ['a port that is none', ['scale', 'apache', '70000'], 'instance "70000" is not a port'],
    ['an unknown service', ['scale', 'apahce', '7777'], 'apahce'],
    ['a service with one copy', ['scale', 'nginx_lb', '1'], 'nginx_lb'],
    ['an unknown service to deploy', ['deploy', 'ngin'], 'ngin'],
    ['an unknown cluster', ['deploy', 'nginx_lb', '--cluster', 'moon'], 'there is no cluster moon'],
  ])('refuses %s with 2', async (_, words, says) => {
    const { code, stderr, stdout } = await call(words, { cwd: root, env: { CORESHIP_CLUSTER: 'none' } });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });
});
