import type { RegistrationEntry } from '../services/registration.ts';
import { compareText } from '../unit/compare.ts';
import type { EtcdAccess } from './etcd-access.ts';
import { type Etcd2Node, etcd2Client } from './etcd2-client.ts';
import { etcd2Keys } from './etcd2-keys.ts';
import { acquireLock } from './lock.ts';
import type { Registry } from './registry.ts';

/** The registry on etcd's API v2: that of etcd 2, and of etcd 3 up to 3.5 where it was started with `--enable-v2`. */
export function etcd2Registry(access: EtcdAccess): Registry {
  const client = etcd2Client(access);
  const closing = new AbortController();
  return {
    registrations: async (prefix) => {
      const { node } = await client.request(`read ${prefix}`, {
        method: 'GET',
        key: prefix.replace(/(.)\/$/, '$1'),
        // quorum: a member that is cut off must not answer with what it still remembers.
        query: { recursive: 'true', quorum: 'true' },
      });
      return (node ? entries(node) : [])
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => compareText(a.key, b.key));
    },
    lock: (request) => acquireLock((action) => etcd2Keys(client, action), request, closing.signal),
    close: async () => {
      closing.abort();
      client.close();
      await Promise.resolve();
    },
  };
}

/** The keys below a folder, or the key itself. */
function entries({ key, value, nodes = [] }: Etcd2Node): readonly RegistrationEntry[] {
  return [...(value === undefined ? [] : [{ key, value }]), ...nodes.flatMap(entries)];
}
