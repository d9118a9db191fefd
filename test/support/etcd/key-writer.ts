/** Writes keys to an etcd without coreship, through the API that a test is about. */
export interface KeyWriter {
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Removes all registrations. */
  clear(): Promise<void>;
}

/** A writer through etcd's JSON gateway of API v3, or through API v2. */
export function keyWriter(api: 'v3' | 'v2', endpoint: string): KeyWriter {
  return api === 'v3' ? writerOfV3(endpoint) : writerOfV2(endpoint);
}

function writerOfV3(endpoint: string): KeyWriter {
  const ask = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${endpoint}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  return {
    put: (key, value) => ask('put', { key: btoa(key), value: btoa(value) }),
    remove: (key) => ask('deleterange', { key: btoa(key) }),
    clear: () => ask('deleterange', { key: btoa('/'), range_end: btoa('0') }),
  };
}

function writerOfV2(endpoint: string): KeyWriter {
  const ask = async (method: string, key: string, body?: URLSearchParams): Promise<void> => {
    const answer = await fetch(`${endpoint}/v2/keys${key}`, { method, ...(body && { body }) });
    if (!answer.ok && answer.status !== 404) throw new Error(await answer.text());
  };
  return {
    put: (key, value) => ask('PUT', key, new URLSearchParams({ value })),
    remove: (key) => ask('DELETE', key),
    clear: () => ask('DELETE', '/services?recursive=true'),
  };
}
