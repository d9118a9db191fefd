/** How to reach etcd from this computer; through an SSH forward the endpoints are local ports. */
export interface EtcdAccess {
  /** `http://127.0.0.1:40123`. */
  readonly endpoints: readonly string[];
  /** The name or address (IPv6 without brackets) in the server's certificate, where it is not the endpoints' own. */
  readonly serverName?: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM texts. */
  readonly tls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** Milliseconds one question to etcd may take, all tries counted: enough for etcd to choose a new leader. */
export const callTimeoutMs = 6_000;

/** Milliseconds for one try, after which another member is asked. */
export const tryTimeoutMs = 2_000;
