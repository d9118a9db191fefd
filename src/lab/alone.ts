import type { EmitLabEvent } from './events.ts';
import { withFileLock } from './file-lock.ts';
import { labLockPath } from './paths.ts';

/** Does work on a lab while no other coreship works on it; waits up to ten minutes for its turn. */
export async function alone<T>(
  lab: string,
  run: { readonly emit?: EmitLabEvent; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const text = `another coreship is at work on ${lab}`;
  const onWait = (): void => run.emit?.({ type: 'detail', step: 'machines', text });
  return await withFileLock(labLockPath(lab), { timeoutMs: 600_000, onWait, signal: run.signal }, work);
}
