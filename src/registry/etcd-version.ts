import { parseObject } from '../json.ts';
import { type EtcdAccess, tryTimeoutMs } from './etcd-access.ts';

/** etcd's version, such as `3.4.23`, which every etcd gives over HTTP; `undefined` where no endpoint answers. */
export async function etcdVersion({ endpoints, ...credentials }: EtcdAccess): Promise<string | undefined> {
  // API v3 needs HTTP only here, where something went wrong.
  const { etcdHttp } = await import('./etcd-http.ts');
  const clients = endpoints.map((endpoint) => etcdHttp(endpoint, credentials));
  try {
    return await Promise.any(
      clients.map(async (client) => {
        const { text } = await client.request({ method: 'GET', path: '/version' }, tryTimeoutMs);
        return readVersion(text);
      }),
    );
  } catch {
    return undefined;
  } finally {
    for (const client of clients) client.close();
  }
}

function readVersion(text: string): string {
  const version = parseObject(text)?.['etcdserver'];
  if (version === undefined) throw new Error('this is not the version of an etcd');
  return String(version);
}
