import type { EtcdAccess } from './etcd-access.ts';
import { tryTimeoutMs } from './etcd-access.ts';
import { type HttpLine, httpLine } from './http-line.ts';

/** etcd's version, such as `3.4.23`, which every etcd tells over HTTP; nothing where none of the endpoints answers. */
export async function etcdVersion(access: EtcdAccess): Promise<string | undefined> {
  const line = httpLine(access);
  try {
    return await Promise.any(access.endpoints.map((endpoint) => versionAt(line, endpoint)));
  } catch {
    return undefined;
  } finally {
    line.close();
  }
}

async function versionAt(line: HttpLine, endpoint: string): Promise<string> {
  const { text } = await line.ask(endpoint, { method: 'GET', path: '/version' }, tryTimeoutMs);
  const answer: unknown = JSON.parse(text);
  if (typeof answer === 'object' && answer !== null && 'etcdserver' in answer) {
    return String(answer.etcdserver);
  }
  throw new Error('not the version of an etcd');
}
