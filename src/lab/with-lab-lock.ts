import type { LabRun } from './events.ts';
import { withFileLock } from './file-lock.ts';
import { labLockPath } from './paths.ts';

/** Works on a lab while no other coreship does; waits up to ten minutes for the lab's lock. */
export async function withLabLock<T>(
  lab: string,
  { emit, signal }: LabRun,
  work: () => Promise<T>,
): Promise<T> {
  const text = `waiting for another coreship that works on ${lab}`;
  const onWait = (): void => emit?.({ type: 'detail', step: 'machines', text });
  return await withFileLock(labLockPath(lab), { timeoutMs: 600_000, onWait, signal }, work);
}
