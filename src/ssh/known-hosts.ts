import { createHmac } from 'node:crypto';

/** One line of a known_hosts file that names a host key (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly file: string;
  readonly line: number;
  /** The host names, patterns or the hash, as written. */
  readonly hosts: string;
  readonly keyType: string;
  /** The public key in base64. */
  readonly key: string;
  readonly revoked: boolean;
}

/** What known_hosts says about a key that a host has shown. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** The host is known with another key, that of `entry`. */
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** A host's public key. */
export interface HostKey {
  /** The type, such as `ssh-ed25519`. */
  readonly type: string;
  /** The whole key in base64, as known_hosts has it. */
  readonly key: string;
}

/**
 * Reads a known_hosts file. Lines that cannot be used are skipped, as ssh(1) skips lines that it cannot read. Certificate
 * authorities are among them: ssh2 has no certificates.
 */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((raw, index) => {
    const parsed = parseLine(raw.trim());
    return parsed ? [{ file, line: index + 1, ...parsed }] : [];
  });
}

/** Judges the key that `host` has shown on `port`. It has changed if the host has known keys, but not this one. */
export function judgeHostKey(
  entries: readonly KnownHost[],
  host: string,
  port: number,
  shown: HostKey,
): HostKeyVerdict {
  const same = (entry: KnownHost) => entry.keyType === shown.type && entry.key === shown.key;
  const forPort = entriesFor(entries, host, port);
  // Like ssh(1): a key known for the host without a port is accepted on any port, but never counts as changed there.
  const portless = entriesFor(entries, host, 22);

  const revoked = [...forPort, ...portless].find((entry) => entry.revoked && same(entry));
  if (revoked) return { kind: 'revoked', entry: revoked };

  const trusted = forPort.filter((entry) => !entry.revoked);
  if ([...trusted, ...portless].some((entry) => !entry.revoked && same(entry))) return { kind: 'known' };

  const other = trusted.find((entry) => entry.keyType === shown.type) ?? trusted[0];
  return other ? { kind: 'changed', entry: other } : { kind: 'unknown' };
}

/** The lines that name `host` on `port`, in file order. */
export function entriesFor(entries: readonly KnownHost[], host: string, port: number): readonly KnownHost[] {
  const name = knownHostsName(host, port);
  return entries.filter((entry) => namesHost(entry.hosts, name));
}

/** How known_hosts writes a host: `host`, or `[host]:port` where the port is not 22; in lower case. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Reads the type from a public key as it comes over the wire (RFC 4253 6.6: a length, then the name). */
export function parseHostKey(blob: Buffer): HostKey {
  const length = blob.readUInt32BE(0);
  return { type: blob.toString('latin1', 4, 4 + length), key: blob.toString('base64') };
}

type ParsedLine = Pick<KnownHost, 'hosts' | 'keyType' | 'key' | 'revoked'>;

/** Nothing for an empty line, a comment, an unknown marker, and a key of SSH version 1 (its type is a number). */
function parseLine(content: string): ParsedLine | undefined {
  if (content.startsWith('#')) return undefined;
  const words = content.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  if (marker !== undefined && marker !== '@revoked') return undefined;
  const [hosts, keyType, key] = words;
  if (hosts === undefined || keyType === undefined || key === undefined || /^\d+$/.test(keyType))
    return undefined;
  return { hosts, keyType, key, revoked: marker === '@revoked' };
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name)))
    return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, name));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, both parts in base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|');
  if (version !== '1' || salt === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` matches any run of characters, `?` any one; everything else stands for itself, brackets too. */
function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
