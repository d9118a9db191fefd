import { defined } from '../defined.ts';

/** What the user's ssh configuration says about one host (ssh_config(5)). */
export interface SshSettings {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** Name to look up the host key by, if it is not the host's own. */
  readonly hostKeyAlias?: string;
  /** Paths, with `~` and tokens expanded. */
  readonly identityFiles: readonly string[];
  /** Use only the keys in `identityFiles`, even if the agent holds more. */
  readonly identitiesOnly: boolean;
  /** The agent's socket: a path, a `$VARIABLE`, `SSH_AUTH_SOCK` or `none`. Default `SSH_AUTH_SOCK`. */
  readonly identityAgent?: string;
  readonly certificateFiles: readonly string[];
  /** The user's files, then those of the whole computer. */
  readonly knownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: 'refuse' | 'accept-new';
  readonly connectTimeoutMs?: number;
  readonly keepAliveMs?: number;
  readonly keepAliveCount?: number;
  /** As written: `[user@]host[:port],...` or `ssh://` addresses. */
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
}

/** Facts about this computer that paths in the configuration refer to. */
export interface LocalFacts {
  readonly home: string;
  readonly user: string;
  /** The host, as the user wrote it. */
  readonly alias: string;
}

/** Reads the output of `ssh -G`: one `keyword value` a line, keywords in lower case. */
export function parseSshConfig(text: string, local: LocalFacts): SshSettings {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space < 0) continue;
    const keyword = line.slice(0, space);
    const value = line.slice(space + 1).trim();
    values.set(keyword, [...(values.get(keyword) ?? []), value]);
  }
  const one = (keyword: string) => values.get(keyword)?.[0];
  const some = (keyword: string) => {
    const value = one(keyword);
    return value === undefined || value === 'none' ? undefined : value;
  };
  const milliseconds = (keyword: string) => {
    const value = Number(some(keyword) ?? 0);
    return value > 0 ? value * 1000 : undefined;
  };

  const hostname = one('hostname') ?? local.alias;
  const port = Number(one('port') ?? 22);
  const user = one('user') ?? local.user;
  const path = (raw: string) => expandPath(raw, { ...local, hostname, port, remoteUser: user });
  const paths = (keyword: string) => (values.get(keyword) ?? []).filter((raw) => raw !== 'none').map(path);
  const words = (keyword: string) => (some(keyword) ?? '').split(' ').filter(Boolean).map(path);

  return {
    hostname,
    port,
    user,
    identityFiles: paths('identityfile'),
    identitiesOnly: one('identitiesonly') === 'yes',
    certificateFiles: paths('certificatefile'),
    knownHostsFiles: [...words('userknownhostsfile'), ...words('globalknownhostsfile')],
    strictHostKeyChecking: acceptsNew(one('stricthostkeychecking')) ? 'accept-new' : 'refuse',
    ...defined({
      hostKeyAlias: some('hostkeyalias'),
      identityAgent: one('identityagent'),
      connectTimeoutMs: milliseconds('connecttimeout'),
      keepAliveMs: milliseconds('serveraliveinterval'),
      keepAliveCount: Number(some('serveralivecountmax') ?? 0) || undefined,
      proxyJump: some('proxyjump'),
      proxyCommand: some('proxycommand'),
    }),
  };
}

/** The defaults of OpenSSH, for a computer without its client. */
export function defaultSettings(local: LocalFacts): SshSettings {
  const inHome = (name: string) => `${local.home}/.ssh/${name}`;
  return {
    hostname: local.alias,
    port: 22,
    user: local.user,
    identityFiles: ['id_rsa', 'id_ecdsa', 'id_ed25519'].map(inHome),
    identitiesOnly: false,
    certificateFiles: [],
    knownHostsFiles: [inHome('known_hosts'), '/etc/ssh/ssh_known_hosts'],
    strictHostKeyChecking: 'refuse',
  };
}

/** Expands `~/x` to a path in the home folder; other paths stay as they are. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}

/** `no` and `off` also accept changed keys in ssh(1); coreship accepts only new ones. */
function acceptsNew(value: string | undefined): boolean {
  return value === 'accept-new' || value === 'no' || value === 'off' || value === 'false';
}

function expandPath(
  raw: string,
  facts: LocalFacts & { readonly hostname: string; readonly port: number; readonly remoteUser: string },
): string {
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': facts.home,
    '%h': facts.hostname,
    '%n': facts.alias,
    '%p': String(facts.port),
    '%r': facts.remoteUser,
    '%u': facts.user,
  };
  return expandHome(raw, facts.home).replace(/%./g, (token) => tokens[token] ?? token);
}
