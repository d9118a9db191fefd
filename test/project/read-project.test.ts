import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CoreshipError, formatProblem } from '../../src/errors.ts';
import { findProjectRoot, readProject } from '../../src/project/read-project.ts';
import { parseUnitText } from '../../src/services/parsed-unit.ts';
import { type Entry, temporaryProject } from './temporary-project.ts';

const UNIT = '# by hand\n[Service]\nExecStart=/bin/true\n';
const config = { 'coreship.yaml': 'name: p\n' };
/** A unit as a project has it, parsed. */
const unit = (path: string, text: string) => ({ ...parseUnitText(path.replace(/.*\//, ''), text), path });
const link = (template: string) => ({ link: `../unit-templates/${template}` });

/** Every problem of a project with these entries, with file names from its root on. */
async function problemsOf(entries: Readonly<Record<string, Entry>>): Promise<readonly string[]> {
  const root = await temporaryProject({ ...config, ...entries });
  const error: unknown = await readProject(root).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CoreshipError)) throw error ?? new Error('nothing was wrong');
  expect(error.code).toBe('config');
  return error.problems.map((problem) =>
    formatProblem(problem).replaceAll(`${relative(process.cwd(), root)}/`, ''),
  );
}

describe('readProject', () => {
  it('reads units and instances byte for byte, in name order', async () => {
    const own = '[Service]\nExecStart=/bin/false';
    const windows = '[Service]\r\nExecStart=/bin/true\r\n';
    const root = await temporaryProject({
      ...config,
      'unit-templates/apache@.service': UNIT,
      'unit-templates/b@.timer': '[Timer]\nOnBootSec=1\n',
      'static/a.service': windows,
      'instances/apache@8888.service': own,
      'instances/apache@7777.service': link('apache@.service'),
    });
    const { project, problems } = await readProject(root);
    expect(problems).toEqual([]);
    expect(project).toEqual({
      root,
      name: 'p',
      registry: { api: 'v3', key: 'address' },
      services: [],
      clusters: [],
      units: [
        unit('static/a.service', windows),
        unit('unit-templates/apache@.service', UNIT),
        unit('unit-templates/b@.timer', '[Timer]\nOnBootSec=1\n'),
      ],
      instances: [
        { ...unit('instances/apache@7777.service', UNIT), template: 'apache@.service' },
        unit('instances/apache@8888.service', own),
      ],
    });
  });

  it('parses a template once: its instances have the same entries, and rules of their own', async () => {
    const root = await temporaryProject({
      ...config,
      'unit-templates/a-discovery@.service': `${UNIT}[X-Fleet]\nMachineOf=a@%i.service\n`,
      'instances/a-discovery@1.service': link('a-discovery@.service'),
      'instances/a-discovery@2.service': link('a-discovery@.service'),
    });
    const { units, instances } = (await readProject(root)).project;
    expect(instances.map((one) => one.unit === units[0]?.unit)).toEqual([true, true]);
    expect(instances.map(({ rules }) => rules.machineOf)).toEqual([['a@1.service'], ['a@2.service']]);
  });

  it('needs no folders, and passes over hidden files and backups', async () => {
    const root = await temporaryProject({
      ...config,
      'static/.gitkeep': '',
      'static/.a.service.swp': 'x',
      'static/a.service~': 'x',
      'instances/#a@1.service#': 'x',
    });
    const { project } = await readProject(root);
    expect(project).toMatchObject({ units: [], instances: [] });
  });

  it('follows a link inside the project', async () => {
    const root = await temporaryProject({
      ...config,
      'a.txt': UNIT,
      'static/a.service': { link: '../a.txt' },
    });
    const { project } = await readProject(root);
    expect(project.units).toEqual([unit('static/a.service', UNIT)]);
  });

  const rows: readonly {
    name: string;
    entries: Readonly<Record<string, Entry>>;
    problems: readonly string[];
  }[] = [
    {
      name: 'a dangling link to a template',
      entries: { 'instances/apache@7777.service': link('apache@.service') },
      problems: [
        'instances/apache@7777.service: links to unit-templates/apache@.service, which does not exist (run "coreship render", or remove the link)',
      ],
    },
    {
      name: "a link to another template's name",
      entries: {
        'unit-templates/nginx@.service': UNIT,
        'instances/apache@7777.service': link('nginx@.service'),
      },
      problems: [
        'instances/apache@7777.service: links to ../unit-templates/nginx@.service, not to its own template (link it to ../unit-templates/apache@.service)',
      ],
    },
    {
      name: 'an instance that links out of the project',
      entries: { 'instances/apache@7777.service': { link: '../../apache@.service' } },
      problems: [
        'instances/apache@7777.service: links to ../../apache@.service, not to its own template (link it to ../unit-templates/apache@.service)',
      ],
    },
    {
      name: 'a unit that links out of the project, or nowhere',
      entries: { 'static/a.service': { link: '/dev/null' }, 'static/b.service': { link: 'c.service' } },
      problems: [
        'static/a.service: is a link that leaves the project (what is deployed must be part of the project: copy the file into it)',
        'static/b.service: is a link to a file that does not exist (remove the link, or restore its target)',
      ],
    },
    {
      name: 'units in the wrong folder',
      entries: {
        'unit-templates/nginx.service': UNIT,
        'unit-templates/nginx@1.service': UNIT,
        'static/apache@.service': UNIT,
        'instances/nginx.service': UNIT,
        'instances/apache@.service': UNIT,
      },
      problems: [
        'unit-templates/nginx.service: is not a template (move it to static/)',
        'unit-templates/nginx@1.service: is not a template (move it to instances/)',
        'static/apache@.service: is a template (move it to unit-templates/)',
        'instances/apache@.service: is not an instance of a template (name it like apache@7777.service, or move it out of instances/)',
        'instances/nginx.service: is not an instance of a template (name it like apache@7777.service, or move it out of instances/)',
      ],
    },
    {
      name: 'a name in two folders',
      entries: { 'static/apache@7777.service': UNIT, 'instances/apache@7777.service': UNIT },
      problems: ['instances/apache@7777.service: is also in static/ (remove one of the two)'],
    },
    {
      name: 'no [Service]',
      entries: { 'static/a.service': '[Unit]\nDescription=a\n' },
      problems: [
        'static/a.service: has no [Service] section (add one with an ExecStart=; section names are case-sensitive)',
      ],
    },
    {
      name: 'not UTF-8',
      entries: { 'static/a.service': new Uint8Array([0x5b, 0xff, 0x5d]) },
      problems: ['static/a.service: is not UTF-8 text (save it as UTF-8)'],
    },
    {
      name: 'a folder of drop-ins named like a unit',
      entries: { 'static/a.service/': '' },
      problems: [
        'static/a.service: is not a file (unit files lie directly in their folder; drop-ins are not shipped)',
      ],
    },
    {
      name: 'coreship.yaml and a unit at once',
      entries: { 'coreship.yaml': 'name: P', 'static/a.service': '[Unit]\n' },
      problems: [
        'coreship.yaml:1:7 name: must be made of lower-case letters, digits, "-" and "_", beginning with a letter, got "P"',
        'static/a.service: has no [Service] section (add one with an ExecStart=; section names are case-sensitive)',
      ],
    },
    {
      name: 'coreship.yaml that is not UTF-8',
      entries: { 'coreship.yaml': new Uint8Array([0xc3, 0x28]) },
      problems: ['coreship.yaml: is not UTF-8 text'],
    },
  ];

  it.each(rows)('tells of $name', async ({ entries, problems }) => {
    expect(await problemsOf(entries)).toEqual(problems);
  });

  it('tells of names that no unit has, in the words of the unit room', async () => {
    const problems = await problemsOf({ 'static/README.md': '', 'static/a b.service': '' });
    expect(problems).toEqual([
      expect.stringMatching(
        /^static\/README\.md: unit name "README\.md" .*files that are not units belong elsewhere/,
      ),
      expect.stringMatching(/^static\/a b\.service: unit name "a b\.service" /),
    ]);
  });

  it('tells of lines that cannot be parsed, with their place', async () => {
    const problems = await problemsOf({ 'static/a.service': '[Service]\nExecStart\n' });
    expect(problems).toEqual([expect.stringMatching(/^static\/a\.service:2:1: /)]);
  });

  it('tells of a broken template once, not again for each link', async () => {
    const problems = await problemsOf({
      'unit-templates/apache@.service': new Uint8Array([0xff]),
      'instances/apache@7777.service': link('apache@.service'),
    });
    expect(problems).toEqual(['unit-templates/apache@.service: is not UTF-8 text (save it as UTF-8)']);
  });

  it('says that there is no coreship.yaml', async () => {
    const root = await temporaryProject({});
    await expect(readProject(root)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('cannot read'),
      hint: 'run "coreship init" for a new project',
    });
  });
});

describe('findProjectRoot', () => {
  it('walks up to coreship.yaml', async () => {
    const root = await temporaryProject({ ...config, 'images/nginx_lb/': '' });
    expect(await findProjectRoot(`${root}/images/nginx_lb`)).toBe(root);
    expect(await findProjectRoot(root)).toBe(root);
  });

  it('says what to do where there is none', async () => {
    const root = await temporaryProject({});
    await expect(findProjectRoot(root)).rejects.toMatchObject({
      code: 'config',
      message: `no coreship.yaml in ${root} or any folder above it`,
      hint: expect.stringContaining('coreship init'),
    });
  });
});
