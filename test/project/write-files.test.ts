import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { staleFiles } from '../../src/project/stale-files.ts';
import { writeFiles } from '../../src/project/write-files.ts';
import type { RenderedFile } from '../../src/services/rendered-file.ts';
import { type Entry, temporaryProject } from './temporary-project.ts';

/** Writes what is stale of some files. */
const write = async (root: string, files: readonly RenderedFile[]) =>
  writeFiles(root, await staleFiles(root, files));

const unit = { path: 'static/a.service', content: '[Service]\n' };
const script = { path: 'images/lb/run', content: '#!/bin/sh\n', executable: true };

describe('writeFiles', () => {
  it('writes what is missing, folders included, and nothing the second time', async () => {
    const root = await temporaryProject({});
    expect(await write(root, [unit, script])).toEqual([unit.path, script.path]);
    const before = await stat(`${root}/${unit.path}`);
    expect(await write(root, [unit, script])).toEqual([]);
    expect(await staleFiles(root, [unit, script])).toEqual([]);
    expect((await stat(`${root}/${unit.path}`)).ino).toBe(before.ino);
    expect(before.mode & 0o111).toBe(0);
    expect((await stat(`${root}/${script.path}`)).mode & 0o100).toBe(0o100);
  });

  it('replaces what differs, leaves the rest and no temporary files', async () => {
    const root = await temporaryProject({ [unit.path]: 'old', 'static/by-hand.service': 'mine' });
    expect(await write(root, [unit])).toEqual([unit.path]);
    expect(await readFile(`${root}/${unit.path}`, 'utf8')).toBe(unit.content);
    expect(await readFile(`${root}/static/by-hand.service`, 'utf8')).toBe('mine');
    expect(await readdir(`${root}/static`)).toEqual(['a.service', 'by-hand.service']);
  });

  it('mends the executable bit', async () => {
    const root = await temporaryProject({ [script.path]: script.content, [unit.path]: unit.content });
    await chmod(`${root}/${unit.path}`, 0o755);
    expect((await staleFiles(root, [unit, script])).map(({ path, state }) => ({ path, state }))).toEqual([
      { path: unit.path, state: 'mode' },
      { path: script.path, state: 'mode' },
    ]);
    await write(root, [unit, script]);
    expect(await staleFiles(root, [unit, script])).toEqual([]);
  });

  const rows: readonly {
    name: string;
    entries: Readonly<Record<string, Entry>>;
    path: string;
    says: string;
  }[] = [
    { name: 'a path that climbs out', entries: {}, path: '../a', says: 'leaves the project' },
    { name: 'a path that climbs out later', entries: {}, path: 'static/../../a', says: 'leaves the project' },
    { name: 'an absolute path', entries: {}, path: '/tmp/a', says: 'leaves the project' },
    { name: 'a path with NUL', entries: {}, path: 'a\0b', says: 'leaves the project' },
    { name: 'no path', entries: {}, path: '', says: 'leaves the project' },
    {
      name: 'a linked folder',
      entries: { elsewhere: 'x', static: { link: 'elsewhere' } },
      path: 'static/a.service',
      says: 'is a link, but a folder is needed here',
    },
    {
      name: 'a folder linked further up',
      entries: { 'real/lb/': '', images: { link: 'real' } },
      path: 'images/lb/run',
      says: 'is a link, but a folder is needed here',
    },
    {
      name: 'a linked file',
      entries: { mine: 'mine', 'static/a.service': { link: '../mine' } },
      path: 'static/a.service',
      says: 'is a link, but a file is needed here',
    },
    {
      name: 'a folder',
      entries: { 'static/a.service/': '' },
      path: 'static/a.service',
      says: 'is a folder, but a file is needed here',
    },
    {
      name: 'a file where a folder belongs',
      entries: { static: 'x' },
      path: 'static/a.service',
      says: 'is a file, but a folder is needed here',
    },
  ];

  it.each(rows)('refuses $name, before it writes anything', async ({ entries, path, says }) => {
    const root = await temporaryProject(entries);
    const good = { path: 'good', content: 'x' };
    await expect(write(root, [good, { path, content: 'x' }])).rejects.toMatchObject({
      code: 'config',
      problems: [{ rule: 'path-in-the-way', message: says }],
    });
    expect(await readdir(root)).not.toContain('good');
  });
});

describe('staleFiles', () => {
  it('tells what is missing or different, with both texts', async () => {
    const root = await temporaryProject({ [unit.path]: 'old' });
    expect(await staleFiles(root, [script, unit])).toEqual([
      { path: script.path, state: 'missing', expected: script.content, executable: true },
      { path: unit.path, state: 'different', current: 'old', expected: unit.content, executable: false },
    ]);
  });
});
