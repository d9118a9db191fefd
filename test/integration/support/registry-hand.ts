/** Writes keys to an etcd by hand, whichever of its APIs a test is about. */
export interface RegistryHand {
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Removes all registrations. */
  clear(): Promise<void>;
}

/** A hand for etcd's gateway of API v3, or for API v2. */
export function registryHand(api: 'v3' | 'v2', endpoint: string): RegistryHand {
  return api === 'v3' ? handOfV3(endpoint) : handOfV2(endpoint);
}

function handOfV3(endpoint: string): RegistryHand {
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

function handOfV2(endpoint: string): RegistryHand {
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
