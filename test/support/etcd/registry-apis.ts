import { execFileSync } from 'node:child_process';
import type { EtcdAccess } from '../../../src/registry/etcd-access.ts';
import { etcd2Registry } from '../../../src/registry/etcd2-registry.ts';
import { etcd3Registry } from '../../../src/registry/etcd3-registry.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import type { Etcd } from './etcd.ts';

/** One of etcd's APIs: coreship's registry on it, and a way to the same keys without coreship. */
export interface RegistryApi {
  readonly api: 'v2' | 'v3';
  readonly open: (access: EtcdAccess) => Registry;
  put(etcd: Etcd, key: string, value: string): void;
  get(etcd: Etcd, key: string): string | undefined;
  remove(etcd: Etcd, key: string): void;
  removeAll(etcd: Etcd): void;
  /** Lets nobody in any more but root, whose password is `secret`; returns what takes that back. */
  askWho(etcd: Etcd): () => void;
}

export const registryApis: readonly RegistryApi[] = [
  {
    api: 'v3',
    open: etcd3Registry,
    put: (etcd, key, value) => void etcd.ctl('put', key, '--', value),
    get: (etcd, key) => etcd.all(key)[key],
    remove: (etcd, key) => void etcd.ctl('del', key),
    removeAll: (etcd) => void etcd.ctl('del', '--prefix', '/'),
    askWho: (etcd) => {
      etcd.ctl('user', 'add', 'root:secret');
      etcd.ctl('user', 'grant-role', 'root', 'root');
      etcd.ctl('auth', 'enable');
      return () => void etcd.ctl('--user', 'root:secret', 'auth', 'disable');
    },
  },
  {
    api: 'v2',
    open: etcd2Registry,
    put: (etcd, key, value) => void ctl2(etcd, 'set', key, '--', value),
    get: (etcd, key) => {
      try {
        return ctl2(etcd, 'get', key).replace(/\n$/, '');
      } catch {
        return undefined;
      }
    },
    remove: (etcd, key) => void ctl2(etcd, 'rm', key),
    removeAll: (etcd) => {
      for (const folder of ctl2(etcd, 'ls').split('\n').filter(Boolean))
        ctl2(etcd, 'rm', '--recursive', folder);
    },
    askWho: (etcd) => {
      ctl2(etcd, 'user', 'add', 'root:secret');
      ctl2(etcd, 'auth', 'enable');
      const asRoot = ['--username', 'root:secret'];
      ctl2(etcd, ...asRoot, 'role', 'revoke', 'guest', '--path', '/*', '--readwrite');
      return () => void ctl2(etcd, ...asRoot, 'auth', 'disable');
    },
  },
];

function ctl2(etcd: Etcd, ...words: readonly string[]): string {
  const timeouts = ['--timeout', '20s', '--total-timeout', '20s'];
  return execFileSync('/usr/bin/etcdctl', ['--endpoints', etcd.endpoint, ...timeouts, ...words], {
    env: { PATH: process.env['PATH'], ETCDCTL_API: '2' },
    encoding: 'utf8',
    stdio: 'pipe',
  });
}
