import { noop } from 'cockatiel';
import { Etcd3, type IOptions } from 'etcd3';
import { defined } from '../defined.ts';
import { type EtcdCredentials, tryTimeoutMs } from './etcd-access.ts';

/** etcd's own client, at one endpoint. */
export interface Etcd3Client {
  readonly client: Etcd3;
  close(): void;
}

/**
 * Makes a client that tries each request once, for 2 s. It connects and logs in when the first request is made. Given
 * several endpoints, it would choose one at random for each request, and for streams the same dead one again and again.
 */
export function etcd3Client(endpoint: string, credentials: EtcdCredentials): Etcd3Client {
  const options = optionsFor(endpoint, credentials);
  const { auth } = credentials;
  if (!auth) {
    const client = new Etcd3(options);
    return { client, close: () => client.close() };
  }
  const client = new Etcd3({ ...options, auth });
  const loginClient = new Etcd3(options);
  logInThrough(client, async (name, password) => {
    return (await loginClient.auth.authenticate({ name, password })).token;
  });
  return {
    client,
    close: () => {
      client.close();
      loginClient.close();
    },
  };
}

/**
 * The client's own login ignores `grpcOptions`, and with them the name in the certificate. etcd3 has no setting for it,
 * so this replaces a method that its types call private.
 */
function logInThrough(client: Etcd3, tokenOf: (name: string, password: string) => Promise<string>): void {
  const { pool } = client as unknown as {
    readonly pool: {
      readonly authenticator: {
        getCredentialsFromHost: (address: string, name: string, password: string) => Promise<string>;
      };
    };
  };
  pool.authenticator.getCredentialsFromHost = (_address, name, password) => tokenOf(name, password);
}

function optionsFor(endpoint: string, { serverName, tls }: EtcdCredentials): IOptions {
  return {
    hosts: [endpoint],
    faultHandling: { global: noop, host: () => noop },
    // A stream has no deadline unless its caller sets one.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + tryTimeoutMs }),
    grpcOptions: {
      // gRPC's default is to wait up to two minutes before it tries an etcd again that was away.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1_000,
      ...(tls && serverName ? { 'grpc.ssl_target_name_override': serverName } : {}),
    },
    ...(tls && {
      credentials: {
        rootCertificate: tls.ca,
        ...defined({ certChain: tls.cert, privateKey: tls.key }),
      },
    }),
  };
}
