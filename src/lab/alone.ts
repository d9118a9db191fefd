import type { EmitLabEvent } from './events.ts';
import { withFileLock } from './file-lock.ts';
import { labLockPath } from './paths.ts';

/** Does work on a lab while no other coreship works on it; waits up to ten minutes for its turn. */
export async function alone<T>(
  lab: string,
  emit: EmitLabEvent,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const onWait = (): void =>
    emit({ type: 'detail', step: 'machines', text: `another coreship is at work on ${lab}` });
  return await withFileLock(labLockPath(lab), { timeoutMs: 600_000, onWait, signal }, work);
}
