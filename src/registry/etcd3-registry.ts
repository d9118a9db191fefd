import { compareText } from '../unit/compare.ts';
import { askAround } from './ask-around.ts';
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
import { type Ask3, etcd3LockStore } from './etcd3-lock.ts';
import { acquireLock } from './lock.ts';
import type { Registry } from './registry.ts';

/** The registry on etcd's API v3. */
export function etcd3Registry(access: EtcdAccess): Registry {
  const ways = access.endpoints.map((endpoint) => etcd3Client(endpoint, access));
  const closing = new AbortController();
  const around = askAround(ways, (error) => closing.signal.aborted || isFinal(error));
  const ask: Ask3 = (what, question) =>
    around(({ client }, timeoutMs) => within(timeoutMs, question(client))).catch((cause: unknown) =>
      explain(what, cause, access),
    );
  return {
    registrations: async (prefix) => {
      const found = await ask(`read ${prefix}`, (client) => client.getAll().prefix(prefix).strings());
      return Object.entries(found)
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => compareText(a.key, b.key));
    },
    lock: (request) =>
      acquireLock((key, holder) => etcd3LockStore(ask, key, holder), request, closing.signal),
    close: async () => {
      closing.abort();
      for (const way of ways) way.close();
      await Promise.resolve();
    },
  };
}

/** A login and its question have a deadline each. What comes of them after this is of no interest any more. */
function within<T>(milliseconds: number, question: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${milliseconds / 1000} s`)),
      milliseconds,
    );
    question.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** etcd 2 speaks no gRPC, so an etcd that fails here is asked for its version the old way. */
async function explain(what: string, cause: unknown, access: EtcdAccess): Promise<never> {
  const said = cause instanceof Error ? cause.message : String(cause);
  if (isRefusal(cause)) throw notAllowed(what, said, cause);
  if (isAboutCertificates(cause)) throw wrongCertificates(what, cause);
  const version = await etcdVersion(access);
  throw version !== undefined && olderThan(version, 3, 0) ? lacksV3(version) : noAnswer(what, cause);
}

function isFinal(error: unknown): boolean {
  return isRefusal(error) || isAboutCertificates(error);
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && refusals.some((refusal) => error.message.includes(refusal));
}

/** etcd's own words. */
const refusals = [
  'etcdserver: authentication failed',
  'etcdserver: permission denied',
  'etcdserver: user name is empty',
  'etcdserver: authentication is not enabled',
];
