import { Etcd3, type IOptions } from 'etcd3';
import { CoreshipError } from '../errors.ts';
import { acquireLock } from './lock.ts';
import type { Registry } from './registry.ts';

/** How to reach etcd v3 from this computer; through an SSH forward the endpoints are local ports. */
export interface Etcd3Settings {
  /** `http://127.0.0.1:40123`. */
  readonly endpoints: readonly string[];
  /** The name in the server's certificate, where it is not the endpoints' own. */
  readonly serverName?: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM texts. */
  readonly tls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** Milliseconds one question to etcd may take. */
const callTimeoutMs = 5_000;

/** The registry on etcd v3. */
export function etcd3Registry(settings: Etcd3Settings): Registry {
  const client = new Etcd3(options(settings));
  const ask = <T>(what: string, question: Promise<T>): Promise<T> =>
    question.catch((cause: unknown) => {
      throw new CoreshipError('failed', `etcd did not answer: could not ${what}`, {
        cause,
        details: [cause instanceof Error ? cause.message : String(cause)],
        hint: 'check etcd on the machines: etcdctl endpoint health',
      });
    });
  return {
    registrations: async (prefix) => {
      const found = await ask(`read ${prefix}`, client.getAll().prefix(prefix).strings());
      return Object.entries(found)
        .map(([key, value]) => ({ key, value }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    lock: (request) => acquireLock(client, request, ask),
    close: async () => {
      client.close();
      await Promise.resolve();
    },
  };
}

function options({ endpoints, serverName, auth, tls }: Etcd3Settings): IOptions {
  const credentials = tls && {
    rootCertificate: tls.ca,
    ...(tls.cert ? { certChain: tls.cert } : {}),
    ...(tls.key ? { privateKey: tls.key } : {}),
  };
  return {
    hosts: [...endpoints],
    dialTimeout: callTimeoutMs,
    // Not for streams: the one that keeps a lease alive must outlive any deadline.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + callTimeoutMs }),
    ...(auth ? { auth } : {}),
    ...(credentials ? { credentials } : {}),
    ...(credentials && serverName ? { grpcOptions: { 'grpc.ssl_target_name_override': serverName } } : {}),
  };
}
