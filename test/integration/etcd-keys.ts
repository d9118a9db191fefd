import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RegistrySettings } from '../../src/services/service.ts';
import type { Certificates } from './certificates.ts';
import type { Etcd } from './etcd.ts';

/** What lies below /services/ in an etcd, in the world of one of its APIs. */
export interface Keys {
  all(): Readonly<Record<string, string>>;
  put(key: string, value: string): void;
  remove(key: string): void;
  clear(): void;
  /** What a watcher of all keys is told in so many seconds. */
  watch(seconds: number): Promise<string>;
}

/** How a test itself gets in, where not everybody may. */
export interface Entry {
  readonly certificates?: Certificates;
  /** `name:password` */
  readonly user?: string;
}

export function keysOf(etcd: Etcd, api: RegistrySettings['api'], entry: Entry = {}): Keys {
  return api === 'v3' ? v3Keys(etcd, entry) : v2Keys(etcd, entry);
}

function v3Keys(etcd: Etcd, { user }: Entry): Keys {
  const ctl = (...words: readonly string[]) => etcd.ctl(...(user ? ['--user', user] : []), ...words);
  return {
    all: () => {
      const lines = ctl('get', '--prefix', '/services/').split('\n').slice(0, -1);
      return Object.fromEntries(
        lines.flatMap((line, index) => (index % 2 === 0 ? [[line, lines[index + 1] ?? '']] : [])),
      );
    },
    put: (key, value) => void ctl('put', key, value),
    remove: (key) => void ctl('del', key),
    clear: () => void ctl('del', '--prefix', '/services/'),
    watch: (seconds) => {
      const etcdctl = ['/usr/bin/etcdctl', '--endpoints', etcd.endpoint, 'watch', '--prefix', '/'];
      return said('/usr/bin/timeout', [String(seconds), ...etcdctl]);
    },
  };
}

function v2Keys(etcd: Etcd, { certificates, user }: Entry): Keys {
  const options = [
    ...(certificates ? ['--cacert', certificates.ca, '--cert', certificates.cert] : []),
    ...(certificates ? ['--key', certificates.key] : []),
    ...(user ? ['--user', user] : []),
  ];
  const ask = (...words: readonly string[]): string =>
    execFileSync('/usr/bin/curl', ['-sS', '--max-time', '2', ...options, ...words], { encoding: 'utf8' });
  const url = (path: string) => `${etcd.endpoint}/v2${path}`;
  return {
    all: () => {
      const answer = JSON.parse(ask(url('/keys/services?recursive=true'))) as Answer;
      if (answer.node) return Object.fromEntries(entriesOf(answer.node));
      if (answer.errorCode === keyNotFound) return {};
      throw new Error(JSON.stringify(answer));
    },
    put: (key, value) => void ask('-X', 'PUT', url(`/keys${key}?value=${value}`)),
    remove: (key) => void ask('-X', 'DELETE', url(`/keys${key}`)),
    clear: () => void ask('-X', 'DELETE', url('/keys/services?recursive=true')),
    watch: (seconds) =>
      said('/usr/bin/curl', [
        ...['-s', '--max-time', String(seconds), ...options],
        url('/keys/?wait=true&recursive=true'),
      ]),
  };
}

/** What a program prints, however it ends. */
async function said(program: string, words: readonly string[]): Promise<string> {
  const child = spawn(program, words, { env: { PATH: process.env['PATH'], ETCDCTL_API: '3' } });
  let text = '';
  child.stdout.on('data', (data) => (text += String(data)));
  await once(child, 'close');
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
