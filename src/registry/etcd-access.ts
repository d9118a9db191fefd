/** How to reach etcd from this computer; through an SSH forward the endpoints are local ports. */
export interface EtcdAccess extends EtcdCredentials {
  /** `http://127.0.0.1:40123`. */
  readonly endpoints: readonly string[];
}

/** How etcd and coreship prove to each other who they are; the same for all endpoints. */
export interface EtcdCredentials {
  /** The name or address (IPv6 without brackets) in the server's certificate, where it is not the endpoint's own. */
  readonly serverName?: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM texts. */
  readonly tls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** Milliseconds that one request to etcd may take, all tries together: enough for etcd to elect a new leader. */
export const callTimeoutMs = 6_000;

/** Milliseconds for one try, after which another endpoint is tried. */
export const tryTimeoutMs = 2_000;
