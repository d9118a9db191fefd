import { existsSync } from 'node:fs';
import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = process.env['CORESHIP_LAB_BIN'] ?? '';

/** The folder of programs that the tests are given; absent where they are given none. */
export const labBin = folder === '' ? undefined : resolve(folder);

/** Whether the tests are given a program of that name. */
export function givenProgram(name: string): boolean {
  return labBin !== undefined && existsSync(join(labBin, name));
}

/** A folder, to be removed, with what is given of these programs; absent where that is nothing. */
export async function onlyPrograms(names: readonly string[]): Promise<string | undefined> {
  const given = names.filter(givenProgram);
  if (labBin === undefined || given.length === 0) return undefined;
  const some = await mkdtemp(join(tmpdir(), 'coreship-programs-'));
  for (const name of given) await symlink(join(labBin, name), join(some, name));
  return some;
}
