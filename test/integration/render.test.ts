import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coreship } from '../support/cli.ts';
import { copyProject, edit, projectFiles, type TestProject } from '../support/project.ts';
import { repository } from '../support/repository.ts';

describe('render', () => {
  let project: TestProject;
  beforeEach(async () => {
    project = await copyProject();
  });
  afterEach(() => project.remove());

  const run = (...words: readonly string[]) => coreship(project.root, ...words);

  it('has nothing to do in this repository', async () => {
    expect(await coreship(repository, 'render', '--check')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('gives the same bytes twice', async () => {
    const before = await projectFiles(project.root);
    expect(await run('render')).toMatchObject({ code: 0 });
    expect(await projectFiles(project.root)).toEqual(before);
  });

  it('checks, with a diff, and writes nothing', async () => {
    await edit(join(project.root, 'coreship.yaml'), 'path: /\n', 'path: /alive\n');
    const before = await projectFiles(project.root);
    const checked = await run('render', '--check');
    expect(checked).toMatchObject({ code: 1, stderr: '' });
    expect(checked.stdout).toMatch(/^-.* CHECK_PATH=\/ .*\n\+.* CHECK_PATH=\/alive /m);
    expect(await projectFiles(project.root)).toEqual(before);
    expect(await run('render')).toMatchObject({
      code: 0,
      stdout: 'wrote unit-templates/apache-discovery@.service\n',
    });
    expect(await run('render', '--check')).toMatchObject({ code: 0, stdout: '' });
  });

  it('checks files that were edited by hand', async () => {
    await edit(join(project.root, 'static/nginx_lb.service'), 'RestartSec=1', 'RestartSec=2');
    const checked = await run('render', '--check');
    expect(checked).toMatchObject({ code: 1 });
    expect(checked.stdout).toContain('-RestartSec=2\n+RestartSec=1\n');
  });
});
