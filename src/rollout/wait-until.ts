import type { Clock } from '../clock.ts';
import { CoreshipError } from '../errors.ts';
import { pollUntil } from '../poll.ts';

/**
 * Checks once what is waited for. One that throws `failed` has seen nothing: a connection may come back before the time
 * is up.
 */
export type Probe = () => Promise<ProbeResult>;

/** Done; or what is there instead; or why waiting longer is of no use. */
export type ProbeResult =
  | { readonly done: true }
  | { readonly done: false; readonly seen: string }
  | { readonly failed: CoreshipError };

/** Who follows a wait, and may end it. */
export interface WaitWatch {
  /** Called each time the probe sees something else. */
  readonly onSeen: (seen: string) => void;
  /** Throws where the wait has to end early. */
  readonly throwIfStopped: () => void;
}

/** Why a wait timed out. */
export interface Diagnosis {
  /** What is missing, where that is known better than from the probe. */
  readonly missing?: string;
  /** Lines for the error: the journal of the unit that did not start. */
  readonly details: readonly string[];
}

/** How a wait goes, and how a time-out is explained. */
export interface WaitOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly watch: WaitWatch;
  /** Called after a time-out. */
  readonly diagnose?: () => Promise<Diagnosis>;
}

/** Milliseconds between two probes. */
const everyMs = 200;

/** Probes until it is done. @throws CoreshipError `failed` after the time-out, with what was seen last */
export async function waitUntil(probe: Probe, options: WaitOptions): Promise<void> {
  const { clock, timeoutMs, what, watch } = options;
  let last = '';
  const check = async (): Promise<boolean> => {
    const result = await probe().catch(unseen);
    if ('failed' in result) throw result.failed;
    if (result.done) return true;
    if (result.seen !== last) watch.onSeen(result.seen);
    last = result.seen;
    watch.throwIfStopped();
    return false;
  };
  if (await pollUntil(check, { timeoutMs, everyMs, clock })) return;
  const { missing = last, details = [] } = (await options.diagnose?.()) ?? {};
  throw new CoreshipError('failed', `${what}: not after ${Math.round(timeoutMs / 1000)} s; ${missing}`, {
    details,
  });
}

function unseen(error: unknown): ProbeResult {
  if (!(error instanceof CoreshipError) || error.code !== 'failed') throw error;
  return { done: false, seen: error.message };
}
