import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RegistrySettings } from '../../../src/services/service.ts';
import type { Certificates } from './certificates.ts';
import type { Etcd } from './etcd.ts';

/** What lies below a service's prefix in an etcd, in the world of one of its APIs. */
export interface Keys {
  all(): Readonly<Record<string, string>>;
  put(key: string, value: string): void;
  remove(key: string): void;
  /** What a watcher of them is told in so many seconds. */
  watch(seconds: number): Promise<string>;
}

/** How a test itself gets in, where not everybody may. */
export interface Entry {
  readonly certificates?: Certificates;
  /** `name:password` */
  readonly user?: string;
}

export function keysOf(etcd: Etcd, api: RegistrySettings['api'], service: string, entry: Entry = {}): Keys {
  return api === 'v3' ? v3Keys(etcd, service, entry) : v2Keys(etcd, service, entry);
}

function v3Keys(etcd: Etcd, service: string, { user }: Entry): Keys {
  const ctl = (...words: readonly string[]) => etcd.ctl(...(user ? ['--user', user] : []), ...words);
  return {
    all: () => {
      const lines = ctl('get', '--prefix', `/services/${service}/`).split('\n').slice(0, -1);
      return Object.fromEntries(
        lines.flatMap((line, index) => (index % 2 === 0 ? [[line, lines[index + 1] ?? '']] : [])),
      );
    },
    put: (key, value) => void ctl('put', key, value),
    remove: (key) => void ctl('del', key),
    watch: (seconds) => {
      const etcdctl = [
        '/usr/bin/etcdctl',
        '--endpoints',
        etcd.endpoint,
        'watch',
        '--prefix',
        `/services/${service}/`,
      ];
      return said('/usr/bin/timeout', [String(seconds), ...etcdctl]);
    },
  };
}

function v2Keys(etcd: Etcd, service: string, { certificates, user }: Entry): Keys {
  const ask = v2Asker(certificates, user);
  const url = (path: string) => `${etcd.endpoint}/v2${path}`;
  return {
    all: () => {
      const answer = JSON.parse(ask(url(`/keys/services/${service}?recursive=true`))) as Answer;
      if (answer.node) return Object.fromEntries(entriesOf(answer.node));
      if (answer.errorCode === keyNotFound) return {};
      throw new Error(JSON.stringify(answer));
    },
    put: (key, value) => void ask('-X', 'PUT', url(`/keys${key}?value=${value}`)),
    remove: (key) => void ask('-X', 'DELETE', url(`/keys${key}`)),
    watch: (seconds) =>
      said('/usr/bin/curl', [
        ...['-s', '--max-time', String(seconds)],
        url(`/keys/services/${service}?wait=true&recursive=true`),
      ]),
  };
}

/** Runs curl as one that may come in. */
function v2Asker(certificates: Certificates | undefined, user: string | undefined) {
  const options = [
    ...(certificates ? ['--cacert', certificates.ca, '--cert', certificates.cert] : []),
    ...(certificates ? ['--key', certificates.key] : []),
    ...(user ? ['--user', user] : []),
  ];
  return (...words: readonly string[]): string =>
    execFileSync('/usr/bin/curl', ['-sS', '--max-time', '5', ...options, ...words], { encoding: 'utf8' });
}

/**
 * Turns users on: root:root may everything, `registrar` with a password what a sidekick needs, and nobody else anything.
 */
export function requireUsers(etcd: Etcd, api: RegistrySettings['api'], password: string, entry: Entry): void {
  if (api === 'v3') {
    for (const words of [
      ['user', 'add', 'root:root'],
      ['role', 'add', 'registrar'],
      ['role', 'grant-permission', 'registrar', 'readwrite', '--prefix', '/services/'],
      ['user', 'add', `registrar:${password}`],
      ['user', 'grant-role', 'registrar', 'registrar'],
      ['auth', 'enable'],
    ]) {
      etcd.ctl(...words);
    }
    return;
  }
  const put = (path: string, body: unknown, user?: string) =>
    v2Asker(entry.certificates, user)(
      ...['-f', '-X', 'PUT', '-H', 'content-type: application/json', '-d', JSON.stringify(body)],
      `${etcd.endpoint}/v2/auth/${path}`,
    );
  const everything = { kv: { read: ['/*'], write: ['/*'] } };
  const services = { kv: { read: ['/services/*'], write: ['/services/*'] } };
  put('users/root', { user: 'root', password: 'root' });
  put('roles/registrar', { role: 'registrar', permissions: services });
  put('users/registrar', { user: 'registrar', password, roles: ['registrar'] });
  put('enable', {});
  put('roles/guest', { role: 'guest', revoke: everything }, 'root:root');
}

/** Exit statuses of a watch whose time was over: timeout(1)'s and curl(1)'s. */
const timeOver = [124, 28];

/** What a watch prints until its time is over; one of v2's ends with what it prints. */
async function said(program: string, words: readonly string[]): Promise<string> {
  const child = spawn(program, words, { env: { PATH: process.env['PATH'], ETCDCTL_API: '3' } });
  let text = '';
  child.stdout.on('data', (data) => (text += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (text === '' && !timeOver.includes(code ?? -1)) throw new Error(`${program} ended with ${code}`);
  return text;
}

const keyNotFound = 100;

interface Node {
  readonly key: string;
  readonly value?: string;
  readonly nodes?: readonly Node[];
}

interface Answer {
  readonly node?: Node;
  readonly errorCode?: number;
}

function entriesOf(node: Node): readonly (readonly [string, string])[] {
  return node.value === undefined ? (node.nodes ?? []).flatMap(entriesOf) : [[node.key, node.value]];
}
