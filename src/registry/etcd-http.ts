import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { type HttpClient, httpClient } from '../http/http-client.ts';
import { type EtcdCredentials, tryTimeoutMs } from './etcd-access.ts';

/** HTTP to one endpoint, with etcd's user and certificates; the server's certificate is always verified. */
export function etcdHttp(endpoint: string, { serverName, auth, tls }: EtcdCredentials): HttpClient {
  return httpClient(endpoint, {
    headers: auth ? { authorization: basicAuth(auth.username, auth.password) } : {},
    tls: { ...tls, ...(serverName ? identity(serverName) : {}) },
    connectTimeoutMs: tryTimeoutMs,
  });
}

function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The certificate names etcd, not the local end of a forward. SNI is for names only, never for an address. */
function identity(name: string) {
  return {
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
  };
}
