import { noop } from 'cockatiel';
import { Etcd3, type IOptions } from 'etcd3';
import { type EtcdAccess, tryTimeoutMs } from './etcd-access.ts';

/** etcd's own client, at one endpoint. */
export interface Etcd3Client {
  readonly client: Etcd3;
  close(): void;
}

/**
 * Makes a client that tries each question once, for 2 s. It connects, and logs in, when it is asked. With several
 * endpoints it would choose one at random for each question, and streams again and again one that leads nowhere.
 */
export function etcd3Client(endpoint: string, access: Omit<EtcdAccess, 'endpoints'>): Etcd3Client {
  const options = optionsFor(endpoint, access);
  const { auth } = access;
  if (!auth) {
    const client = new Etcd3(options);
    return { client, close: () => client.close() };
  }
  const client = new Etcd3({ ...options, auth });
  const door = new Etcd3(options);
  logInBy(client, async (name, password) => (await door.auth.authenticate({ name, password })).token);
  return {
    client,
    close: () => {
      client.close();
      door.close();
    },
  };
}

/**
 * The client's own login passes over `grpcOptions`, hence over the name that the certificate is for, and etcd3 has no
 * setting for it: this reaches into what its types call private.
 */
function logInBy(client: Etcd3, tokenOf: (name: string, password: string) => Promise<string>): void {
  const { pool } = client as unknown as {
    readonly pool: {
      readonly authenticator: {
        getCredentialsFromHost: (address: string, name: string, password: string) => Promise<string>;
      };
    };
  };
  pool.authenticator.getCredentialsFromHost = (_address, name, password) => tokenOf(name, password);
}

function optionsFor(endpoint: string, { serverName, tls }: Omit<EtcdAccess, 'endpoints'>): IOptions {
  const credentials = tls && {
    rootCertificate: tls.ca,
    ...(tls.cert ? { certChain: tls.cert } : {}),
    ...(tls.key ? { privateKey: tls.key } : {}),
  };
  return {
    hosts: [endpoint],
    faultHandling: { global: noop, host: () => noop },
    // Not for streams, unless one asks for it.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + tryTimeoutMs }),
    grpcOptions: {
      // gRPC would wait for up to two minutes before it looks again for an etcd that was away.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1_000,
      ...(credentials && serverName ? { 'grpc.ssl_target_name_override': serverName } : {}),
    },
    ...(credentials ? { credentials } : {}),
  };
}
