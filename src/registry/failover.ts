import { systemClock } from '../clock.ts';
import { callTimeoutMs, tryTimeoutMs } from './etcd-access.ts';

/** Makes a request at one endpoint after another, each try within `timeoutMs`. It must be safe to repeat. */
export type WithFailover<Endpoint> = <Answer>(
  request: (endpoint: Endpoint, timeoutMs: number) => Promise<Answer>,
) => Promise<Answer>;

/** Milliseconds to pause after every endpoint has failed, before the next round. */
const roundPauseMs = 200;

/** A shorter try would say nothing about its endpoint, and yet the next request would begin with the one after it. */
const shortestTryMs = 500;

/**
 * Requests that fail at one endpoint are tried at the next, for 6 s in all. A request begins with the endpoint that
 * answered last, so that a dead one costs time only once. Rejects with the last error, or at once with an error that is
 * final: one that no other endpoint can avoid.
 */
export function withFailover<Endpoint>(
  endpoints: readonly Endpoint[],
  isFinal: (error: unknown) => boolean,
): WithFailover<Endpoint> {
  let current = 0;
  return async (request) => {
    const deadline = systemClock.now() + callTimeoutMs;
    for (let failures = 1; ; failures++) {
      const index = current;
      const endpoint = endpoints[index];
      if (endpoint === undefined) throw new Error('etcd has no endpoint');
      try {
        return await request(endpoint, Math.min(tryTimeoutMs, deadline - systemClock.now()));
      } catch (error) {
        if (isFinal(error)) throw error;
        // Requests run in parallel: another one may have moved on already.
        if (current === index) current = (index + 1) % endpoints.length;
        const pauseMs = failures % endpoints.length === 0 ? roundPauseMs : 0;
        if (systemClock.now() + pauseMs + shortestTryMs > deadline) throw error;
        if (pauseMs > 0) await systemClock.sleep(pauseMs);
      }
    }
  };
}
