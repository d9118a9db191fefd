import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { checkServerIdentity } from 'node:tls';
import type { EtcdAccess } from './etcd-access.ts';

/** A request to one of etcd's endpoints. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Path and query, escaped. */
  readonly path: string;
  readonly form?: Readonly<Record<string, string>>;
}

/** What an endpoint answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** HTTP to etcd, over connections that are kept for the next request. */
export interface HttpLine {
  /** @throws the connection's error, or a time-out after `timeoutMs`; nothing is known then of what etcd did */
  ask(endpoint: string, request: HttpRequest, timeoutMs: number): Promise<HttpAnswer>;
  /** Ends all connections. */
  close(): void;
}

/** Speaks HTTP with etcd's user and certificates; the server's certificate is always verified. */
export function httpLine({ serverName, auth, tls }: Omit<EtcdAccess, 'endpoints'>): HttpLine {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true, ...tls, ...(serverName ? identity(serverName) : {}) });
  const login = auth ? { auth: `${auth.username}:${auth.password}` } : {};
  return {
    ask: async (endpoint, { method, path, form }, timeoutMs) => {
      const url = new URL(path, endpoint);
      const body = form ? new URLSearchParams(form).toString() : '';
      // Node takes whole numbers only.
      const wholeMs = Math.max(1, Math.ceil(timeoutMs));
      const timeout = AbortSignal.timeout(wholeMs);
      const options = {
        method,
        ...login,
        signal: timeout,
        headers: form
          ? {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': Buffer.byteLength(body),
            }
          : {},
      };
      try {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const call =
            url.protocol === 'https:'
              ? requestHttps(url, { ...options, agent: secure }, resolve)
              : requestHttp(url, { ...options, agent: plain }, resolve);
          call.on('error', reject);
          call.end(body);
        });
        return { status: response.statusCode ?? 0, text: await text(response) };
      } catch (cause) {
        if (timeout.aborted) throw new Error(`no answer within ${wholeMs / 1000} s`, { cause });
        throw cause;
      }
    },
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** The certificate names etcd, not the local end of a forward. An address is no name to ask for by SNI. */
function identity(name: string) {
  return {
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_host: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
  };
}
