import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';

/** A folder of programs that a lab uses beside, or in place of, Debian's. */
export interface Programs {
  /** Absolute path. */
  readonly folder: string;
  /** Whether it holds fleetd and fleetctl: every machine then runs fleet. */
  readonly fleet: boolean;
  /** Whether it holds etcd and etcdctl: every machine of a new lab then runs this etcd. */
  readonly etcd: boolean;
  /** Those that belong into the example images. */
  readonly inImages: readonly string[];
}

/**
 * Looks what a folder of programs is good for, before anything is begun.
 * @throws CoreshipError `usage` where it holds none of the known programs, or one of two that belong together
 */
export async function readPrograms(folder: string): Promise<Programs> {
  const names = ['fleetd', 'fleetctl', 'etcd', 'etcdctl', 'confd'];
  const found = await Promise.all(names.map((name) => exists(join(folder, name))));
  const there = names.filter((_, index) => found[index]);
  const both = (first: string, second: string): boolean => {
    const missing = [first, second].filter((name) => !there.includes(name));
    if (missing.length !== 1) return missing.length === 0;
    throw new CoreshipError('usage', `there is no ${missing.join('')} in ${folder}`, { hint });
  };
  const programs = { fleet: both('fleetd', 'fleetctl'), etcd: both('etcd', 'etcdctl') };
  if (there.length === 0)
    throw new CoreshipError('usage', `there is no program for a lab in ${folder}`, { hint });
  return { folder, ...programs, inImages: there.filter((name) => ['confd', 'etcdctl'].includes(name)) };
}

const hint =
  'give a folder with fleetd and fleetctl 1.0.0, etcd and etcdctl, or confd, built for this computer';

/** SHA-256 of programs of a folder, in hexadecimal. */
export async function hashOfPrograms(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) hash.update(await readFile(join(folder, name)));
  return hash.digest('hex');
}
