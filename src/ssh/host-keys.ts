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

/** What is known about a machine's host key before it is met. */
export interface HostKeys {
  /** The types of the known keys: asking for these gives a machine no way out into an unknown type. */
  readonly types: readonly string[];
  /** A known line, to be named if the machine has no key of these types. */
  readonly example: KnownHost | undefined;
  /**
   * Accepts the key that the machine shows, and stores it where it is new and may be accepted.
   *
   * @throws CoreshipError where it is unknown, changed or revoked.
   */
  check(blob: Buffer): Promise<void>;
}

/** Reads the known_hosts files of a login; a file that does not exist is empty. */
export async function readHostKeys(login: Login): Promise<HostKeys> {
  const host = login.hostKeyAlias ?? login.hostname;
  const texts = await Promise.all(
    login.knownHostsFiles.map(async (file) => parseKnownHosts(await readIfThere(file), file).entries),
  );
  const entries = texts.flat();
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

/** As `ssh-keygen -l` prints it. */
function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Appends in a single write, so that other processes' lines stay whole. */
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
