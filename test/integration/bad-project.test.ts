import { appendFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coreship } from '../support/cli.ts';
import { copyProject, edit, projectFiles, type TestProject } from '../support/project.ts';

/** Nothing of this reaches a cluster, so it needs none. */
describe('a project or a command line with mistakes', () => {
  let project: TestProject;
  beforeEach(async () => {
    project = await copyProject();
  });
  afterEach(() => project.remove());

  const path = (name: string) => join(project.root, name);

  it.each([
    {
      mistake: 'an unknown key',
      make: () => edit(path('coreship.yaml'), '    command: [/usr/sbin', '    comand: [/usr/sbin'),
      says: /^ +coreship\.yaml:\d+:5 services\.apache: unknown key "comand" \(did you mean "command"\?\)$/m,
    },
    {
      mistake: 'a value of the wrong type',
      make: () => edit(path('coreship.yaml'), 'template: false', 'template: "no"'),
      says: /^ +coreship\.yaml:\d+:15 services\.nginx_lb\.template: expected true or false, got "no"$/m,
    },
    {
      mistake: 'two services of one name',
      make: () => appendFile(path('coreship.yaml'), '  apache:\n    image: example/other\n'),
      says: /^ +coreship\.yaml:\d+:3 services\.apache: two services are named "apache"/m,
    },
    {
      mistake: 'two services with one unit name',
      make: () => appendFile(path('coreship.yaml'), '  apache-discovery:\n    image: example/other\n'),
      says: 'services.apache-discovery: its unit apache-discovery@.service is also the sidekick of service "apache"',
    },
    {
      mistake: 'a dangling link',
      make: () => rm(path('unit-templates/apache@.service')),
      says: 'instances/apache@7777.service: links to unit-templates/apache@.service, which does not exist',
    },
    {
      mistake: 'a link that leads elsewhere',
      make: () => symlink('/etc/passwd', path('instances/apache@9.service')),
      says: 'instances/apache@9.service: links to /etc/passwd, not to its own template',
    },
    {
      mistake: 'a unit without [Service]',
      make: () => writeFile(path('static/empty.service'), '[Unit]\nDescription=nothing\n'),
      says: 'static/empty.service: has no [Service] section',
    },
  ])('refuses $mistake at its place', async ({ make, says }) => {
    await make();
    const before = await projectFiles(project.root);
    const refused = await coreship(project.root, 'scale', 'apache', '7777', '--yes');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(says);
    expect(await projectFiles(project.root)).toEqual(before);
  });

  it('tells all mistakes at once', async () => {
    await edit(path('coreship.yaml'), '    command: [/usr/sbin', '    comand: [/usr/sbin');
    await edit(path('coreship.yaml'), 'template: false', 'template: "no"');
    const refused = await coreship(project.root, 'plan');
    expect(refused.stderr).toContain('2 problems');
    expect(refused.stderr).toContain('unknown key "comand"');
    expect(refused.stderr).toContain('expected true or false');
  });

  it.each(['../x', 'a b', '$(id)', '70000', '0', ''])('refuses %j for a port', async (instance) => {
    const before = await projectFiles(project.root);
    const refused = await coreship(project.root, 'scale', 'apache', '7777', instance, '--yes');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`instance ${JSON.stringify(instance)} is not a port`);
    expect(await projectFiles(project.root)).toEqual(before);
  });

  it.each(['../x', 'a b', '$(id)', 'a/b', ''])(
    'refuses %j for an instance of a unit written by hand',
    async (instance) => {
      await writeFile(path('unit-templates/tick@.service'), '[Service]\nExecStart=/bin/sleep infinity\n');
      const before = await projectFiles(project.root);
      const refused = await coreship(project.root, 'scale', 'tick', 'good', instance, '--yes');
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(instance);
      expect(await projectFiles(project.root)).toEqual(before);
    },
  );

  it.each([
    { words: ['scale', 'apatche', '7777'], says: 'did you mean "apache"?' },
    { words: ['deploy', 'apache', '--clutser', 'x'], says: 'clutser' },
    { words: ['scale', 'nginx_lb', '1'], says: 'nginx_lb' },
    { words: ['plan', '--cluster', 'nowhere'], says: 'there is no cluster nowhere' },
  ])('refuses $words', async ({ words, says }) => {
    const refused = await coreship(project.root, ...words);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(says);
  });
});
