import { readFile, rm, writeFile } from 'node:fs/promises';
import { exists } from '../exists.ts';
import { host } from './host.ts';
import type { LabLayout } from './layout.ts';
import { labPaths, machinePaths } from './paths.ts';

/** Makes an SSH key pair at a path, unless it is there. */
export async function ensureKey(path: string, comment: string): Promise<void> {
  // The public half is written last.
  if (await exists(`${path}.pub`)) return;
  await rm(path, { force: true });
  await host(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

/** Writes the known_hosts file of a lab, from its machines' own keys. */
export async function writeKnownHosts(layout: LabLayout): Promise<void> {
  const lines = await Promise.all(
    layout.machines.map(async (machine) => {
      const key = await readFile(`${machinePaths(layout.name, machine.name).hostKey}.pub`, 'utf8');
      return `${machine.address},${machine.name} ${key.split(' ').slice(0, 2).join(' ')}\n`;
    }),
  );
  await writeFile(labPaths(layout.name).knownHosts, lines.join(''));
}
