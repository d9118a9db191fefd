import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { renderServices } from '../../src/services/render.ts';
import { apacheLike, balancerLike, usualRegistration, workerLike } from '../services/sample-services.ts';

/** Says why a part is skipped where its program is missing. */
function lacks(program: string, debianPackage: string): boolean {
  if (existsSync(program)) return false;
  process.stderr.write(`tests with ${program} skipped: it is not installed (${debianPackage})\n`);
  return true;
}

describe.skipIf(lacks('/usr/bin/shellcheck', 'shellcheck'))('the shell scripts', () => {
  it.each([
    ['register/api-v3.sh', 'register/loop.sh'],
    ['register/api-v2.sh', 'register/loop.sh'],
    ['load-balancer/confd-watch'],
    ['load-balancer/lists.sh'],
    ['load-balancer/watchers.sh'],
  ])('please shellcheck: %s %s', async (...paths) => {
    const assets = await readAssets();
    const input = paths.map((path) => assets[path]).join('\n');
    const { stdout, status } = spawnSync('/usr/bin/shellcheck', ['--format=gcc', '-'], {
      input,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('the watchers of the load balancer', () => {
  it.each([
    ['curl: (28) Connection timed out after 1002 milliseconds', 'curl: (28) Connection timed out'],
    [
      'curl: (28) Operation timed out after 4000 milliseconds with 0 bytes received',
      'curl: (28) Operation timed out with 0 bytes received',
    ],
    [
      "curl: (7) Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server",
      "curl: (7) Failed to connect to 127.0.0.1 port 1: Couldn't connect to server",
    ],
    [
      '2026-11-21T16:31:20Z vm /usr/bin/confd[989]: FATAL dial tcp 127.0.0.1:1: connect: connection refused',
      'FATAL dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    ['Error: context deadline exceeded', 'Error: context deadline exceeded'],
  ])('say the same of the same: %s', async (input, said) => {
    const script = `${(await readAssets())['load-balancer/watchers.sh']}\nwithout_moment`;
    expect(spawnSync('/bin/bash', ['-c', script], { input, encoding: 'utf8' }).stdout).toBe(said);
  });
});

describe.skipIf(lacks('/usr/bin/systemd-analyze', 'systemd'))('rendered units', async () => {
  const assets = await readAssets();
  const folder = mkdtempSync(join(tmpdir(), 'coreship-verify-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const services = [
    apacheLike({
      environment: { ODD: '100% "quoted" $HOME \\' },
      command: ['sh', '-c', 'echo "$HOME" %i; :'],
    }),
    apacheLike({
      name: 'cache',
      template: false,
      ports: [{ container: 1, host: 1, address: 'private' }],
      registration: { ...usualRegistration, check: 'tcp' },
    }),
    balancerLike(),
    workerLike({ runtime: 'podman', pull: 'always' }),
  ];
  const files = renderServices(services, { api: 'v3', key: 'address' }, assets)
    .filter(({ path }) => path.endsWith('.service'))
    .map(({ path, content }) => ({
      name: path.slice(path.indexOf('/') + 1).replace('@.', '@7777.'),
      content,
    }));
  // What they need of a machine is not here; verify wants to know it.
  for (const name of ['docker', 'etcd']) {
    writeFileSync(join(folder, `${name}.service`), '[Service]\nExecStart=/bin/true\n');
  }
  for (const { name, content } of files) {
    writeFileSync(join(folder, name), content.replaceAll(/\/usr\/bin\/(docker|podman)/g, '/bin/true'));
  }

  it.each(files.map(({ name }) => name))('pass systemd-analyze verify: %s', (name) => {
    const { stderr, status } = spawnSync('/usr/bin/systemd-analyze', ['verify', join(folder, name)], {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
    });
    const own = stderr.split('\n').filter((line) => files.some((file) => line.includes(file.name)));
    expect(own).toEqual([]);
    expect(status, stderr).toBe(0);
  });

  it('would not pass with an option that systemd does not know', () => {
    writeFileSync(join(folder, 'broken.service'), '[Service]\nExecStart=/bin/true\nRestartt=always\n');
    const { stderr } = spawnSync('/usr/bin/systemd-analyze', ['verify', join(folder, 'broken.service')], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('Restartt');
  });
});
