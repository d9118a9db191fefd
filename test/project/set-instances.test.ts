import { readdir, readFile, readlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { setInstances } from '../../src/project/set-instances.ts';
import { temporaryProject } from './temporary-project.ts';

const template = 'apache@.service';
const link = { link: '../unit-templates/apache@.service' };
const add = (...instances: readonly number[]) =>
  instances.map((n) => ({ name: `apache@${n}.service`, template }));

describe('setInstances', () => {
  it('links and unlinks, and does nothing the second time', async () => {
    const root = await temporaryProject({ 'instances/apache@9999.service': link });
    const changes = { add: add(7777, 8888), remove: ['apache@9999.service', 'apache@1.service'] };
    expect(await setInstances(root, changes)).toEqual([
      'instances/apache@7777.service',
      'instances/apache@8888.service',
      'instances/apache@9999.service',
    ]);
    expect(await readdir(`${root}/instances`)).toEqual(['apache@7777.service', 'apache@8888.service']);
    expect(await readlink(`${root}/instances/apache@7777.service`)).toBe(link.link);
    expect(await setInstances(root, changes)).toEqual([]);
  });

  it('makes instances/ where it is missing, but not for nothing', async () => {
    const root = await temporaryProject({});
    expect(await setInstances(root, { add: [], remove: ['apache@1.service'] })).toEqual([]);
    expect(await readdir(root)).toEqual([]);
    await setInstances(root, { add: add(1), remove: [] });
    expect(await readdir(`${root}/instances`)).toEqual(['apache@1.service']);
  });

  it('links an instance whose name is as long as a unit name may be', async () => {
    const root = await temporaryProject({});
    const name = `apache@${'9'.repeat(240)}.service`;
    expect(name).toHaveLength(255);
    await setInstances(root, { add: [{ name, template }], remove: [] });
    expect(await readdir(`${root}/instances`)).toEqual([name]);
  });

  it('puts a wrong link right', async () => {
    const root = await temporaryProject({ 'instances/apache@1.service': { link: 'file' } });
    expect(await setInstances(root, { add: add(1), remove: [] })).toEqual(['instances/apache@1.service']);
    expect(await readlink(`${root}/instances/apache@1.service`)).toBe(link.link);
  });

  it('keeps a file with a text of its own that is to be added', async () => {
    const root = await temporaryProject({ 'instances/apache@1.service': 'mine' });
    expect(await setInstances(root, { add: add(1), remove: [] })).toEqual([]);
    expect(await readFile(`${root}/instances/apache@1.service`, 'utf8')).toBe('mine');
  });

  it('refuses to remove such a file, before any change', async () => {
    const root = await temporaryProject({
      'instances/apache@1.service': 'mine',
      'instances/apache@2.service': link,
    });
    const remove = ['apache@2.service', 'apache@1.service'];
    await expect(setInstances(root, { add: add(3), remove })).rejects.toMatchObject({
      code: 'config',
      problems: [{ rule: 'own-instance-file', where: { file: expect.stringContaining('apache@1.service') } }],
    });
    expect(await readdir(`${root}/instances`)).toEqual(['apache@1.service', 'apache@2.service']);
  });

  it('refuses to go through a linked folder', async () => {
    const root = await temporaryProject({ 'elsewhere/': '', instances: { link: 'elsewhere' } });
    await expect(setInstances(root, { add: add(1), remove: [] })).rejects.toMatchObject({
      problems: [{ rule: 'path-in-the-way' }],
    });
    expect(await readdir(`${root}/elsewhere`)).toEqual([]);
  });

  it.each(['../x.service', 'apache@.service', 'nginx.service', 'apache@a b.service'])(
    'refuses %j, which is no instance',
    async (name) => {
      const root = await temporaryProject({});
      await expect(setInstances(root, { add: [], remove: [name] })).rejects.toThrow();
      await expect(setInstances(root, { add: [{ name, template }], remove: [] })).rejects.toThrow();
    },
  );
});
