/** What the user's ssh configuration says about one host (ssh_config(5)). */
export interface SshSettings {
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** Name to look the host key up by, where it is not the host's own. */
  readonly hostKeyAlias?: string;
  /** Paths, `~` and tokens expanded. */
  readonly identityFiles: readonly string[];
  /** Use only the keys in `identityFiles`, though the agent may hold more. */
  readonly identitiesOnly: boolean;
  /** The agent's socket: a path, a `$VARIABLE`, `SSH_AUTH_SOCK` or `none`. Default `SSH_AUTH_SOCK`. */
  readonly identityAgent?: string;
  readonly certificateFiles: readonly string[];
  /** The user's files, then the machine's. */
  readonly knownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: 'refuse' | 'accept-new';
  readonly connectTimeoutMs?: number;
  readonly keepAliveMs?: number;
  readonly keepAliveCount?: number;
  /** As written: `[user@]host[:port],...` or `ssh://` addresses. */
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
}

/** Facts about this side that the paths in the configuration refer to. */
export interface LocalFacts {
  readonly home: string;
  readonly user: string;
  /** The host as it was asked for. */
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
  const seconds = (keyword: string) => {
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
    ...given('hostKeyAlias', some('hostkeyalias')),
    ...given('identityAgent', one('identityagent')),
    ...given('connectTimeoutMs', seconds('connecttimeout')),
    ...given('keepAliveMs', seconds('serveraliveinterval')),
    ...given('keepAliveCount', Number(some('serveralivecountmax') ?? 0) || undefined),
    ...given('proxyJump', some('proxyjump')),
    ...given('proxyCommand', some('proxycommand')),
  };
}

/** OpenSSH's own defaults, for a machine without its client. */
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

/** `~/x` as a path in the home folder; other paths as they are. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}

/** `no` and `off` would also let changed keys pass; coreship goes no further than accepting new ones. */
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

/** `{ [key]: value }`, or nothing where there is no value. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
