import { defined } from '../defined.ts';
import type { HttpRequest, HttpResponse } from '../http/http-client.ts';
import { isObject, type JsonObject, parseObject } from '../json.ts';
import type { EtcdAccess } from './etcd-access.ts';
import {
  isAboutCertificates,
  lacksV2,
  noAnswer,
  notAllowed,
  refused,
  wrongCertificates,
} from './etcd-errors.ts';
import { etcdHttp } from './etcd-http.ts';
import { etcdVersion } from './etcd-version.ts';
import { withFailover } from './failover.ts';

/** A request to etcd's API v2. It is repeated where no answer came, so it must be safe to repeat. */
export interface Etcd2Request {
  readonly method: HttpRequest['method'];
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

/** etcd's answer: done, or 404 where there is no such key, or 412 where a condition does not hold. */
export interface Etcd2Answer {
  readonly status: number;
  readonly node?: Etcd2Node;
}

/** A key, or a folder of keys. */
export interface Etcd2Node {
  readonly key: string;
  readonly value?: string;
  readonly nodes?: readonly Etcd2Node[];
}

/** etcd's keys over HTTP, at whichever endpoint answers. */
export interface Etcd2Client {
  /**
   * `action` completes "could not ...".
   * @throws CoreshipError `failed` where no endpoint answers within 6 s; `config` where etcd has no API v2, does not
   *   permit the request, refuses it for another reason, or has a certificate that does not fit
   */
  request(action: string, request: Etcd2Request): Promise<Etcd2Answer>;
  close(): void;
}

/** Makes a client of etcd's API v2. */
export function etcd2Client(access: EtcdAccess): Etcd2Client {
  const endpoints = access.endpoints.map((endpoint) => etcdHttp(endpoint, access));
  const atOneOf = withFailover(endpoints, isAboutCertificates);

  const send = async (action: string, request: HttpRequest): Promise<HttpResponse> => {
    try {
      return await atOneOf(async (endpoint, timeoutMs) => {
        const response = await endpoint.request(request, timeoutMs);
        // This member has no leader, or lost it while it worked on the request.
        if (response.status >= 500) {
          throw new Error(`etcd answered ${response.status}: ${response.text.trim()}`);
        }
        return response;
      });
    } catch (error) {
      throw isAboutCertificates(error) ? wrongCertificates(action, error) : noAnswer(action, error);
    }
  };

  return {
    request: async (action, request) => {
      const response = await send(action, toHttp(request));
      const { status, text } = response;
      const body = parseObject(text);
      if (status === 401 || status === 403) throw notAllowed(action, reasonIn(body, response));
      // etcd answers in JSON where a key is missing, and with a page where the whole API is.
      if (body === undefined) {
        if (status === 404) throw lacksV2(await etcdVersion(access));
        throw noAnswer(action, new Error(`this is not etcd: ${status} ${text.slice(0, 200)}`));
      }
      if (status >= 300 && status !== 404 && status !== 412) throw refused(action, reasonIn(body, response));
      return { status, ...defined({ node: readNode(body['node']) }) };
    },
    close: () => {
      for (const endpoint of endpoints) endpoint.close();
    },
  };
}

function toHttp({ method, key, query = {}, form }: Etcd2Request): HttpRequest {
  const path = `/v2/keys${key.split('/').map(encodeURIComponent).join('/')}`;
  const search = new URLSearchParams(query).toString();
  return {
    method,
    path: search === '' ? path : `${path}?${search}`,
    ...(form && {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    }),
  };
}

/** The root has no key. */
function readNode(node: unknown): Etcd2Node | undefined {
  if (!isObject(node)) return undefined;
  const { key = '/', value, nodes } = node;
  return {
    key: String(key),
    ...(typeof value === 'string' ? { value } : {}),
    nodes: Array.isArray(nodes) ? nodes.flatMap((child: unknown) => readNode(child) ?? []) : [],
  };
}

/** The reason that etcd gives for an error. */
function reasonIn(body: JsonObject | undefined, { status, text }: HttpResponse): string {
  const parts = [body?.['message'], body?.['cause']].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  return parts.length === 0 ? `${status} ${text.trim().slice(0, 200)}` : parts.join(': ');
}
