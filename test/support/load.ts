import { request } from 'node:http';

/** What became of the requests of a load. */
export interface LoadResult {
  readonly sent: number;
  /** Those that got no page: when they were sent, and what came instead. */
  readonly failed: readonly { readonly at: string; readonly why: string }[];
  /** All of them, in the order they were sent. */
  readonly requests: readonly SentRequest[];
}

/** A request and what came of it. */
export interface SentRequest {
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number;
  /** What came instead of the page, where none came. */
  readonly why?: string;
}

/** A steady stream of requests that is under way. */
export interface Load {
  /** Stops sending, waits for the answers, and tells. */
  stop(): Promise<LoadResult>;
}

/** Milliseconds between two requests: 20 a second. */
const everyMs = 50;

/** Milliseconds after which a caller has given up. Time for which the caller itself stood still does not count. */
const timeoutMs = 1_000;
const tickMs = 50;

/** Sends requests to a load balancer, each on a connection of its own, until it is stopped. */
export function startLoad(address: string): Load {
  const answers: Promise<SentRequest>[] = [];
  const timer = setInterval(() => {
    const at = Date.now();
    answers.push(
      get(address).then(
        () => ({ at }),
        (error: unknown) => ({ at, why: String(error) }),
      ),
    );
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      const requests = await Promise.all(answers);
      const failed = requests.flatMap(({ at, why }) => {
        return why === undefined ? [] : [{ at: new Date(at).toISOString(), why }];
      });
      return { sent: requests.length, failed, requests };
    },
  };
}

/** Asks for the page once. */
export async function get(address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const asked = request({ host: address, path: '/', agent: false }, (answer) => {
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
    let left = timeoutMs;
    const ticks = setInterval(() => {
      left -= tickMs;
      if (left <= 0) asked.destroy(new Error(`no answer in ${timeoutMs} ms`));
    }, tickMs);
    asked.on('error', reject);
    asked.on('close', () => clearInterval(ticks));
    asked.end();
  });
}
