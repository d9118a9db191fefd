import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machines, tryOn, withoutLab } from '../../support/lab/test-lab.ts';
import { repository } from '../../support/repository.ts';

describe.skipIf(withoutLab)('rendered units on a real machine', () => {
  it('are good in the eyes of systemd-analyze verify', async () => {
    const [machine] = await machines();
    if (!machine) throw new Error('a lab without machines');
    const units = await renderedUnits();
    const files = units.flatMap(({ name, text }) => [name, Buffer.from(text).toString('base64')]);
    const verified = await tryOn(machine, ['sudo', 'sh', '-euc', verify, 'sh', ...files]);
    expect(verified).toEqual({
      status: 0,
      stdout: units.map(({ name }) => `${name}\n`).join(''),
      stderr: '',
    });
  });
});

/** Puts the units beside each other, so that they find each other, and prints the names of those it has verified. */
const verify = `
cd "$(mktemp -d)"
names=
while [ $# -gt 0 ]; do printf %s "$2" | base64 -d >"$1"; names="$names $1"; shift 2; done
for name in $names; do systemd-analyze verify --man=no "./$name"; echo "$name"; done
rm -r "$PWD"
`;

/** What the repository's project ships, under the names it has on machines. */
async function renderedUnits() {
  const folders = await Promise.all(
    ['unit-templates', 'static'].map(async (folder) => {
      const names = await readdir(join(repository, folder));
      return await Promise.all(
        names.map(async (name) => {
          const text = await readFile(join(repository, folder, name), 'utf8');
          return { name: name.replace('@.', '@7777.'), text };
        }),
      );
    }),
  );
  return folders.flat();
}
