import { Etcd3, type IOptions } from 'etcd3';
import { callTimeoutMs, type EtcdAccess, tryTimeoutMs } from './etcd-access.ts';
import {
  isAboutCertificates,
  lacksV3,
  noAnswer,
  notAllowed,
  olderThan,
  wrongCertificates,
} from './etcd-errors.ts';
import { etcdVersion } from './etcd-version.ts';
import { etcd3LockStore } from './etcd3-lock.ts';
import { acquireLock } from './lock.ts';
import type { Registry } from './registry.ts';

/** The registry on etcd's API v3. */
export function etcd3Registry(access: EtcdAccess): Registry {
  const client = new Etcd3(options(access));
  const closing = new AbortController();
  const ask = <T>(what: string, question: Promise<T>): Promise<T> =>
    within(callTimeoutMs, question).catch((cause: unknown) => explain(what, cause, access));
  return {
    registrations: async (prefix) => {
      const found = await ask(`read ${prefix}`, client.getAll().prefix(prefix).strings());
      return Object.entries(found)
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    lock: (request) =>
      acquireLock((key, holder) => etcd3LockStore(client, ask, key, holder), request, closing.signal),
    close: async () => {
      closing.abort();
      client.close();
      await Promise.resolve();
    },
  };
}

/** The client tries several times by itself; what it does after that is of no interest any more. */
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
  if (refusals.some((refusal) => said.includes(refusal))) throw notAllowed(what, said, cause);
  if (isAboutCertificates(cause)) throw wrongCertificates(what, cause);
  const version = await etcdVersion(access);
  throw version !== undefined && olderThan(version, 3, 0) ? lacksV3(version) : noAnswer(what, cause);
}

/** etcd's own words. */
const refusals = [
  'etcdserver: authentication failed',
  'etcdserver: permission denied',
  'etcdserver: user name is empty',
  'etcdserver: authentication is not enabled',
];

function options({ endpoints, serverName, auth, tls }: EtcdAccess): IOptions {
  const credentials = tls && {
    rootCertificate: tls.ca,
    ...(tls.cert ? { certChain: tls.cert } : {}),
    ...(tls.key ? { privateKey: tls.key } : {}),
  };
  return {
    hosts: [...endpoints],
    dialTimeout: tryTimeoutMs,
    // Not for streams, unless one asks for it.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + tryTimeoutMs }),
    grpcOptions: {
      // gRPC would wait for up to two minutes before it looks again for an etcd that was away.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1_000,
      ...(credentials && serverName ? { 'grpc.ssl_target_name_override': serverName } : {}),
    },
    ...(auth ? { auth } : {}),
    ...(credentials ? { credentials } : {}),
  };
}
