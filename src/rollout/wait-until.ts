import type { Clock } from '../clock.ts';
import { CoreshipError } from '../errors.ts';

/**
 * One look at what is waited for: done, what is seen instead, or why there is no use in waiting on. A probe that throws
 * has seen nothing: a connection may come back before the time is up.
 */
export type Probe = () => Promise<ProbeResult>;

/** What one look has seen. */
export type ProbeResult =
  | { readonly done: true }
  | { readonly done: false; readonly seen: string }
  | { readonly failed: CoreshipError };

/** Who follows a wait, and may end it. */
export interface WaitWatch {
  /** Told each time something else is seen. */
  readonly onSeen: (seen: string) => void;
  /** Throws where there is no point in waiting on: a person wants to leave. */
  readonly throwIfStopped: () => void;
}

/** What a wait in vain has to say for itself. */
export interface Diagnosis {
  /** What is missing, where that is better known than by what the probe saw last. */
  readonly missing?: string;
  /** Lines for the error: the journal of the unit that did not come. */
  readonly details: readonly string[];
}

/** How long and how often to look, and what to say when it was in vain. */
export interface WaitOptions {
  readonly what: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly watch: WaitWatch;
  /** Asked once, when it was in vain. */
  readonly diagnose?: () => Promise<Diagnosis>;
}

/** Milliseconds between two looks. */
const intervalMs = 200;

/** Looks until it is done. @throws CoreshipError `failed` after the time-out, saying what was seen last */
export async function waitUntil(probe: Probe, options: WaitOptions): Promise<void> {
  const { clock, timeoutMs, what, watch } = options;
  const deadline = clock.now() + timeoutMs;
  let last = '';
  for (;;) {
    const state = await probe().catch(unseen);
    if ('failed' in state) throw state.failed;
    if (state.done) return;
    if (state.seen !== last) watch.onSeen(state.seen);
    last = state.seen;
    watch.throwIfStopped();
    if (clock.now() >= deadline) break;
    await clock.sleep(intervalMs);
  }
  const { missing = last, details = [] } = (await options.diagnose?.()) ?? {};
  throw new CoreshipError('failed', `${what}: not after ${Math.round(timeoutMs / 1000)} s; ${missing}`, {
    details,
  });
}

function unseen(error: unknown): ProbeResult {
  if (!(error instanceof CoreshipError) || error.code !== 'failed') throw error;
  return { done: false, seen: error.message };
}
