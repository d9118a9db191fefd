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

/** A line that is not used, and why. */
export interface IgnoredLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** What known_hosts says about a key that a host has shown. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** The host is known by another key: `entry` is the line that disagrees. */
  | { readonly kind: 'changed'; readonly entry: KnownHost }
  | { readonly kind: 'revoked'; readonly entry: KnownHost };

/** A host's public key as it comes over the wire. */
export interface HostKey {
  /** The type, such as `ssh-ed25519`. */
  readonly type: string;
  /** The whole public key in base64, as known_hosts has it. */
  readonly key: string;
}

/** Reads a known_hosts file. Certificate authorities are ignored: ssh2 has no certificates. */
export function parseKnownHosts(
  text: string,
  file: string,
): { readonly entries: readonly KnownHost[]; readonly ignored: readonly IgnoredLine[] } {
  const entries: KnownHost[] = [];
  const ignored: IgnoredLine[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) return;
    const parsed = parseLine(content);
    if (typeof parsed === 'string') ignored.push({ file, line, reason: parsed });
    else entries.push({ file, line, ...parsed });
  });
  return { entries, ignored };
}

/** Judges the key that `host` has shown on `port`. A host with known keys and none equal to this one has changed. */
export function judgeHostKey(
  entries: readonly KnownHost[],
  host: string,
  port: number,
  shown: HostKey,
): HostKeyVerdict {
  const same = (entry: KnownHost) => entry.keyType === shown.type && entry.key === shown.key;
  const forPort = entriesFor(entries, host, port);
  // ssh(1) also takes the port-less name's key on another port, but never its refusal.
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

/** One line's meaning, or the reason why it has none. */
function parseLine(content: string): ParsedLine | string {
  const words = content.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  if (marker === '@cert-authority') return 'host certificates are not supported';
  if (marker !== undefined && marker !== '@revoked') return `unknown marker ${marker}`;
  const [hosts, keyType, key] = words;
  if (hosts === undefined || keyType === undefined || key === undefined)
    return 'expected hosts, key type and key';
  if (/^\d+$/.test(keyType)) return 'keys of SSH version 1 are not supported';
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

/** `*` is any run of characters, `?` any one; everything else, brackets too, is itself. */
function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
