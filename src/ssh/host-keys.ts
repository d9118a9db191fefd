import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assertNever } from '../errors.ts';
import {
  entriesFor,
  type HostKey,
  judgeHostKey,
  type KnownHost,
  knownHostsName,
  parseHostKey,
  parseKnownHosts,
} from './known-hosts.ts';
import type { Login } from './resolve-target.ts';
import {
  changedHostKeyError,
  errorCode,
  knownHostsFileError,
  revokedHostKeyError,
  unknownHostKeyError,
} from './ssh-errors.ts';

/** The known host keys of a machine, and the check of the key that it shows. */
export interface HostKeys {
  /** The types of the known keys. Only these are asked for, so that a machine cannot show a key of an unknown type. */
  readonly types: readonly string[];
  /** One line of known_hosts, to name in the error if the machine has no key of these types. */
  readonly example: KnownHost | undefined;
  /**
   * Accepts the key that the machine shows. An unknown key is stored if the target accepts new ones.
   *
   * @throws CoreshipError if the key is unknown, changed or revoked.
   */
  check(blob: Buffer): Promise<void>;
}

/** Reads the known_hosts files of a login; a file that does not exist is empty. */
export async function readHostKeys(login: Login): Promise<HostKeys> {
  const host = login.hostKeyAlias ?? login.hostname;
  const files = await Promise.all(
    login.knownHostsFiles.map(async (file) => parseKnownHosts(await readIfThere(file), file)),
  );
  const entries = files.flat();
  const trusted = entriesFor(entries, host, login.port).filter((entry) => !entry.revoked);
  return {
    types: [...new Set(trusted.map((entry) => entry.keyType))],
    example: trusted[0],
    check: async (blob) => {
      const shown = parseHostKey(blob);
      const verdict = judgeHostKey(entries, host, login.port, shown);
      switch (verdict.kind) {
        case 'known':
          return;
        case 'changed':
          throw changedHostKeyError(login, verdict.entry, `it shows ${shown.type} ${fingerprint(blob)}`);
        case 'revoked':
          throw revokedHostKeyError(login, verdict.entry);
        case 'unknown':
          if (login.unknownHostKey === 'refuse') throw unknownHostKeyError(login, shown, fingerprint(blob));
          return remember(login, host, shown);
        default:
          return assertNever(verdict);
      }
    },
  };
}

/** The fingerprint, as `ssh-keygen -l` prints it. */
function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Appends a line in a single write, so that lines of other processes stay whole. */
async function remember(login: Login, host: string, { type, key }: HostKey): Promise<void> {
  const file = login.knownHostsFiles[0];
  if (file === undefined) return;
  const text = await readIfThere(file);
  const newline = text === '' || text.endsWith('\n') ? '' : '\n';
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${newline}${knownHostsName(host, login.port)} ${type} ${key}\n`, { mode: 0o600 });
  } catch (error) {
    throw knownHostsFileError(file, error);
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw knownHostsFileError(file, error);
  }
}
