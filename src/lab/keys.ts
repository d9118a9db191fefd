import { readFile, rm, writeFile } from 'node:fs/promises';
import { exists } from '../exists.ts';
import { runOnHost } from './host.ts';
import type { Lab } from './lab.ts';

/** Makes an SSH key pair at a path, unless there is one. */
export async function ensureKey(path: string, comment: string): Promise<void> {
  // The public half is written last.
  if (await exists(`${path}.pub`)) return;
  await rm(path, { force: true });
  await runOnHost(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path]);
}

/** Writes the known_hosts file of a lab, from its machines' own keys. */
export async function writeKnownHosts(lab: Lab): Promise<void> {
  const lines = await Promise.all(
    lab.machines.map(async ({ name, address, paths }) => {
      const key = await readFile(`${paths.hostKey}.pub`, 'utf8');
      return `${address},${name} ${key.split(' ').slice(0, 2).join(' ')}\n`;
    }),
  );
  await writeFile(lab.paths.knownHostsFile, lines.join(''));
}
