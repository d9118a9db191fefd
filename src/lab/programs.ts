import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';

/** A folder of programs that a lab uses in addition to Debian's, or instead of them. */
export interface Programs {
  /** Absolute path. */
  readonly folder: string;
  /** fleetd and fleetctl: every machine runs fleet. */
  readonly fleet?: ProgramSet;
  /** etcd and etcdctl: every machine of a new lab runs this etcd. */
  readonly etcd?: ProgramSet;
  /** Those that go into the example images. */
  readonly inImages?: ProgramSet;
}

/** Programs that are installed together. */
export interface ProgramSet {
  readonly names: readonly string[];
  /** SHA-256 of their contents, in hexadecimal. */
  readonly hash: string;
}

/**
 * Reads which programs a folder has, and hashes them.
 *
 * @throws CoreshipError `usage` where it has none of the known programs, or only one of a pair.
 */
export async function readPrograms(folder: string): Promise<Programs> {
  const fleet = await readPair(folder, ['fleetd', 'fleetctl']);
  const etcd = await readPair(folder, ['etcd', 'etcdctl']);
  const inImages = await readSet(folder, ['etcdctl', 'confd']);
  if (fleet ?? etcd ?? inImages) return defined({ folder, fleet, etcd, inImages });
  throw new CoreshipError('usage', `there is no program for a lab in ${folder}`, { hint });
}

/** Those of the programs that a folder has; undefined when it has none. */
export async function readSet(folder: string, names: readonly string[]): Promise<ProgramSet | undefined> {
  const hash = createHash('sha256');
  const found: string[] = [];
  for (const name of names) {
    if (!(await exists(join(folder, name)))) continue;
    hash.update(await readFile(join(folder, name)));
    found.push(name);
  }
  return found.length === 0 ? undefined : { names: found, hash: hash.digest('hex') };
}

/** Programs that work only together. */
async function readPair(folder: string, names: readonly string[]): Promise<ProgramSet | undefined> {
  const set = await readSet(folder, names);
  const missing = names.filter((name) => set && !set.names.includes(name));
  if (missing.length === 0) return set;
  throw new CoreshipError('usage', `there is no ${missing.join('')} in ${folder}`, { hint });
}

const hint =
  'give a folder with fleetd and fleetctl 1.0.0, etcd and etcdctl, or confd, built for this computer';
