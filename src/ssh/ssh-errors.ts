import { CoreshipError } from '../errors.ts';
import type { HostKey, KnownHost } from './known-hosts.ts';
import { knownHostsName } from './known-hosts.ts';
import type { Login } from './resolve-target.ts';

/** A connection that the machine dropped before the first key was offered; another try may succeed. */
export class DroppedEarly extends Error {
  readonly code = 'ECONNRESET';
}

/** The machine cannot be reached over the network. */
export function unreachableError(login: Login, cause: unknown): CoreshipError {
  const code = errorCode(cause);
  const ownHint = cause instanceof CoreshipError ? cause.hint : undefined;
  const [what, hint] = reasons[code] ?? [cause instanceof Error ? cause.message : String(cause), ownHint];
  return new CoreshipError('failed', `${describe(login)} cannot be reached: ${what}`, {
    hint: hint ?? `check that \`ssh -p ${login.port} ${login.user}@${login.hostname}\` works`,
    cause,
  });
}

/** No key was accepted. `tried` names each one in order; `skipped` says why other keys could not be used. */
export function authenticationError(
  login: Login,
  tried: readonly string[],
  skipped: readonly string[],
  cause: unknown,
): CoreshipError {
  const what =
    tried.length === 0 ? 'there was no key to log in with' : `refused all keys: ${tried.join(', ')}`;
  const tooMany = cause instanceof Error && /too many authentication failures/i.test(cause.message);
  return new CoreshipError('failed', `${describe(login)}: ${what}`, {
    hint: tooMany
      ? 'the agent holds more keys than the machine allows tries: set IdentitiesOnly and IdentityFile in the ssh configuration'
      : `add one of your public keys to ~${login.user}/.ssh/authorized_keys on the machine, or load the right key with ssh-add`,
    details: skipped,
    cause,
  });
}

/** No known_hosts file names the machine. */
export function unknownHostKeyError(login: Login, shown: HostKey, fingerprint: string): CoreshipError {
  const port = login.port === 22 ? '' : `-p ${login.port} `;
  const file = login.knownHostsFiles[0] ?? '~/.ssh/known_hosts';
  return new CoreshipError(
    'failed',
    `${describe(login)}: its host key is unknown (${shown.type} ${fingerprint})`,
    {
      hint: `compare the fingerprint on the machine, then \`ssh-keyscan ${port}${login.hostname} >> ${file}\`; or set \`StrictHostKeyChecking accept-new\` for that host in ~/.ssh/config`,
    },
  );
}

/** The machine shows a key other than the one known for it, or has no key of a known type. */
export function changedHostKeyError(login: Login, entry: KnownHost, shown: string): CoreshipError {
  const name = knownHostsName(login.hostKeyAlias ?? login.hostname, login.port);
  return new CoreshipError(
    'failed',
    `${describe(login)}: its host key has changed: ${shown}, but ${entry.file}:${entry.line} has another ${entry.keyType}`,
    {
      where: { file: entry.file, line: entry.line },
      hint: `somebody may be listening in; if the machine was reinstalled: \`ssh-keygen -f ${entry.file} -R '${name}'\``,
    },
  );
}

/** The machine shows a key that known_hosts marks as revoked. */
export function revokedHostKeyError(login: Login, entry: KnownHost): CoreshipError {
  return new CoreshipError(
    'failed',
    `${describe(login)}: its host key is revoked by ${entry.file}:${entry.line}`,
    {
      where: { file: entry.file, line: entry.line },
      hint: 'the key is known to be compromised: give the machine a new one (ssh-keygen -A)',
    },
  );
}

/** A known_hosts file cannot be read or written. */
export function knownHostsFileError(file: string, cause: unknown): CoreshipError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new CoreshipError('failed', `the host keys in ${file} cannot be used: ${what}`, {
    where: { file },
    hint: 'check the owner and the mode of the file and of its folder',
    cause,
  });
}

/** A setting that only the system's `ssh` supports. */
export function unsupportedError(login: Login, what: string, hint: string): CoreshipError {
  return new CoreshipError('failed', `${describe(login)}: ${what} is not supported yet`, { hint });
}

/** The connection broke while something ran over it. */
export function lostError(name: string, doing: string, cause?: unknown): CoreshipError {
  return new CoreshipError('failed', `the connection to ${name} was lost while ${doing}`, {
    hint: 'the command may or may not have been carried out: check before you repeat it',
    cause,
  });
}

/** The caller gave up. If its reason is a CoreshipError, that is the error. */
export function interruptedError(doing: string, reason: unknown): CoreshipError {
  if (reason instanceof CoreshipError) return reason;
  return new CoreshipError('interrupted', `interrupted while ${doing}`, { cause: reason });
}

/** Names the machine in messages: `m1 (core@10.0.0.1:22)`. */
export function describe(login: Login): string {
  return `${login.name} (${login.user}@${login.hostname}:${login.port})`;
}

/** The system's code of an error, such as `ECONNREFUSED`; empty if there is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

const sshd = 'check that the machine is up and sshd listens on this port';
const route = 'check the address, the network and any firewall in between';
const reasons: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ECONNREFUSED: ['connection refused', sshd],
  ECONNRESET: [
    'connection reset before the login, several times',
    `${sshd}; it may limit logins (MaxStartups, PerSourcePenalties)`,
  ],
  ETIMEDOUT: ['no answer in time', route],
  EHOSTUNREACH: ['no route to the machine', route],
  ENETUNREACH: ['no route to its network', route],
  ENOTFOUND: ['its host name is not known', 'check the name, or give an address'],
  EAI_AGAIN: ['its host name could not be looked up', 'check the name, and the DNS of this computer'],
};
