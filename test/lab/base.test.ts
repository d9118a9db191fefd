import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAptSources } from '../../src/lab/apt-source.ts';
import { pruneBases } from '../../src/lab/base.ts';
import { withoutTopLevelKey } from '../../src/lab/machine-root.ts';
import { imageRecipe, machineRecipe, recipeName } from '../../src/lab/recipe.ts';

describe('where debootstrap fetches from', () => {
  const rows = [
    'Debian bookworm-updates main http://mirror.example/debian/',
    'Docker bookworm main https://other.example/debian/',
    'Debian bookworm contrib http://contrib.example/debian/',
    'Debian bookworm main http://mirror.example/debian/',
    'Debian trixie main file:/srv/debian/',
  ];
  it.each([
    ['the mirror that apt uses for the suite', rows, 'bookworm', 'http://mirror.example/debian/'],
    ['a local archive', rows, 'trixie', 'file:/srv/debian/'],
    ['nothing where apt knows no such suite', rows, 'forky', undefined],
    [
      'nothing it cannot fetch from',
      ['Debian bookworm main mirror+file:/etc/mirrors'],
      'bookworm',
      undefined,
    ],
    ['nothing when apt has no lists yet', [''], 'bookworm', undefined],
  ])('%s', (_, targets, suite, mirror) => {
    expect(parseAptSources(targets.join('\n'), suite)?.mirror).toBe(mirror);
  });
});

describe('the name of a base', () => {
  const recipe = machineRecipe('bookworm', 'amd64');
  it('stays while the recipe stays', () => {
    expect(recipeName(machineRecipe('bookworm', 'amd64'))).toBe(recipeName(recipe));
  });
  it.each([
    ['suite', machineRecipe('trixie', 'amd64')],
    ['architecture', machineRecipe('bookworm', 'arm64')],
    ['packages', { ...recipe, packages: [...recipe.packages, 'strace'] }],
    ['files', { ...recipe, files: { ...recipe.files, 'etc/motd': 'hello\n' } }],
    ['masked units', { ...recipe, masked: [] }],
    ['purpose', imageRecipe('bookworm', 'amd64')],
  ])('changes with the %s', (_, other) => {
    expect(recipeName(other)).not.toBe(recipeName(recipe));
  });
});

describe('a key removed from the registry’s configuration', () => {
  it.each([
    ['with all below it', 'a: 1\nauth:\n  htpasswd:\n    realm: x\nhealth: 2\n', 'a: 1\nhealth: 2\n'],
    ['at the end', 'a: 1\nauth:\n  realm: x', 'a: 1'],
    ['but not a longer one', 'authority:\n  a: 1\n', 'authority:\n  a: 1\n'],
    ['nor one further in', 'a:\n  auth: 1\n', 'a:\n  auth: 1\n'],
  ])('%s', (_, yaml, expected) => {
    expect(withoutTopLevelKey(yaml, 'auth')).toBe(expected);
  });
});

it('removes the bases that no lab uses, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coreship-bases-'));
  try {
    for (const name of ['machine-bookworm-1', 'machine-bookworm-2', 'other']) {
      await mkdir(join(folder, name, 'etc'), { recursive: true });
    }
    for (const name of ['image-bookworm-1.tar', 'image-bookworm-2.tar', '.lock']) {
      await writeFile(join(folder, name), '');
    }
    const removed = await pruneBases(folder, new Set(['machine-bookworm-2', 'image-bookworm-2.tar']));
    expect([...removed].sort()).toEqual(['image-bookworm-1.tar', 'machine-bookworm-1']);
    expect((await readdir(folder)).sort()).toEqual([
      '.lock',
      'image-bookworm-2.tar',
      'machine-bookworm-2',
      'other',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
