import { askAround } from './ask-around.ts';
import type { EtcdAccess } from './etcd-access.ts';
import {
  isAboutCertificates,
  lacksV2,
  noAnswer,
  notAllowed,
  refused,
  wrongCertificates,
} from './etcd-errors.ts';
import { etcdVersion } from './etcd-version.ts';
import { type HttpAnswer, type HttpRequest, httpLine } from './http-line.ts';

/** A question to etcd's API v2. It is asked again where no answer came, so it must be safe to repeat. */
export interface Etcd2Request {
  readonly method: HttpRequest['method'];
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

/** What etcd answered: it was done, or 404 no such key, or 412 a condition does not hold. */
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
   * @throws CoreshipError `failed` where no endpoint answers within 6 s; `config` where etcd has no API v2, does not
   *   let this user do it, refuses for another reason, or shows another certificate
   */
  ask(what: string, request: Etcd2Request): Promise<Etcd2Answer>;
  close(): void;
}

/** Speaks etcd's API v2. */
export function etcd2Client(access: EtcdAccess): Etcd2Client {
  const line = httpLine(access);
  const around = askAround(access.endpoints, isAboutCertificates);

  const ask = (what: string, request: HttpRequest): Promise<HttpAnswer> =>
    around(async (endpoint, timeoutMs) => {
      const answer = await line.ask(endpoint, request, timeoutMs);
      // This member has no leader, or has lost it while it worked on the request.
      if (answer.status >= 500) throw new Error(`etcd answered ${answer.status}: ${answer.text.trim()}`);
      return answer;
    }).catch((error: unknown) => {
      throw isAboutCertificates(error) ? wrongCertificates(what, error) : noAnswer(what, error);
    });

  return {
    ask: async (what, { method, key, query = {}, form }) => {
      const path = `/v2/keys${key.split('/').map(encodeURIComponent).join('/')}`;
      const search = new URLSearchParams(query).toString();
      const answer = await ask(what, {
        method,
        path: search === '' ? path : `${path}?${search}`,
        ...(form ? { form } : {}),
      });
      const body = readJson(answer.text);
      if (answer.status === 401 || answer.status === 403) throw notAllowed(what, saying(body, answer));
      // A missing key is told in JSON, a missing API by a page.
      if (body === undefined) {
        if (answer.status === 404) throw lacksV2(await etcdVersion(access));
        throw noAnswer(what, new Error(`this is not etcd: ${answer.status} ${answer.text.slice(0, 200)}`));
      }
      if (answer.status >= 300 && ![404, 412].includes(answer.status)) {
        throw refused(what, saying(body, answer));
      }
      const node = readNode('node' in body ? body.node : undefined);
      return { status: answer.status, ...(node ? { node } : {}) };
    },
    close: () => line.close(),
  };
}

function readJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The root has no key. */
function readNode(node: unknown): Etcd2Node | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const key = 'key' in node ? String(node.key) : '/';
  const value = 'value' in node && typeof node.value === 'string' ? { value: node.value } : {};
  const below = 'nodes' in node && Array.isArray(node.nodes) ? node.nodes : [];
  return { key, ...value, nodes: below.flatMap((one: unknown) => readNode(one) ?? []) };
}

function saying(body: object | undefined, { status, text }: HttpAnswer): string {
  const cause = body && 'cause' in body ? body.cause : undefined;
  const message = body && 'message' in body ? body.message : undefined;
  const said = [message, cause].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return said === '' ? `${status} ${text.trim().slice(0, 200)}` : said;
}
