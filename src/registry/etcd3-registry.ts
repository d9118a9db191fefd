import { compareText } from '../unit/compare.ts';
import { withTimeout } from '../with-timeout.ts';
import type { EtcdAccess } from './etcd-access.ts';
import {
  isAboutCertificates,
  lacksV3,
  noAnswer,
  notAllowed,
  olderThan,
  wrongCertificates,
} from './etcd-errors.ts';
import { etcdVersion } from './etcd-version.ts';
import { etcd3Client } from './etcd3-client.ts';
import { etcd3Keys, type Request3 } from './etcd3-keys.ts';
import { withFailover } from './failover.ts';
import { acquireLock } from './lock.ts';
import type { Registry } from './registry.ts';

/** The registry on etcd's API v3. */
export function etcd3Registry(access: EtcdAccess): Registry {
  const endpoints = access.endpoints.map((endpoint) => etcd3Client(endpoint, access));
  const closing = new AbortController();
  const atOneOf = withFailover(endpoints, (error) => closing.signal.aborted || isFinal(error));
  const request: Request3 = (action, send) =>
    // A login and the request after it have a deadline each, so both together need one as well.
    atOneOf(({ client }, timeoutMs) => withTimeout(timeoutMs, () => send(client))).catch((cause: unknown) =>
      explain(action, cause, access),
    );
  return {
    registrations: async (prefix) => {
      const found = await request(`read ${prefix}`, (client) => client.getAll().prefix(prefix).strings());
      return Object.entries(found)
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => compareText(a.key, b.key));
    },
    lock: (wanted) => acquireLock((action) => etcd3Keys(request, action), wanted, closing.signal),
    close: async () => {
      closing.abort();
      for (const endpoint of endpoints) endpoint.close();
      await Promise.resolve();
    },
  };
}

/** etcd 2 has no gRPC: where a request failed, the version that etcd gives over HTTP tells whether that is why. */
async function explain(action: string, cause: unknown, access: EtcdAccess): Promise<never> {
  if (isRefusal(cause)) throw notAllowed(action, cause.message, cause);
  if (isAboutCertificates(cause)) throw wrongCertificates(action, cause);
  const version = await etcdVersion(access);
  throw version !== undefined && olderThan(version, 3, 0) ? lacksV3(version) : noAnswer(action, cause);
}

function isFinal(error: unknown): boolean {
  return isRefusal(error) || isAboutCertificates(error);
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && refusals.some((refusal) => error.message.includes(refusal));
}

/** etcd's own words. */
const refusals = [
  'etcdserver: authentication failed',
  'etcdserver: permission denied',
  'etcdserver: user name is empty',
  'etcdserver: authentication is not enabled',
];
