import { request } from 'node:http';

/** What became of the requests of a load. */
export interface LoadResult {
  readonly sent: number;
  /** Those that got no page: when they were sent, and what came instead. */
  readonly failed: readonly { readonly at: string; readonly why: string }[];
}

/** A steady stream of requests that is under way. */
export interface Load {
  /** Stops sending, waits for the answers, and tells. */
  stop(): Promise<LoadResult>;
}

/** Milliseconds between two requests: 20 a second. */
const everyMs = 50;

/** Milliseconds after which a caller has given up. */
const timeoutMs = 1_000;

/** Sends requests to a load balancer, each on a connection of its own, until it is stopped. */
export function startLoad(address: string): Load {
  const failed: { at: string; why: string }[] = [];
  const pending = new Set<Promise<void>>();
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    const at = new Date().toISOString();
    const one = get(address)
      .catch((error: unknown) => void failed.push({ at, why: String(error) }))
      .finally(() => pending.delete(one));
    pending.add(one);
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return { sent, failed };
    },
  };
}

/** Asks for the page once. */
export async function get(address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const asked = request({ host: address, path: '/', agent: false, timeout: timeoutMs }, (answer) => {
      let page = '';
      answer.on('data', (chunk: Buffer) => {
        page += chunk.toString();
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200 && page !== '') resolve();
        else reject(new Error(`status ${answer.statusCode}: ${page.slice(0, 80)}`));
      });
    });
    const deadline = setTimeout(() => asked.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    asked.on('error', reject);
    asked.on('close', () => clearTimeout(deadline));
    asked.end();
  });
}
