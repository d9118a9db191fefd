import { CoreshipError } from '../errors.ts';
import type { Lock } from '../registry/registry.ts';

/** What ends a rollout early: a lost lock, or a person who interrupts it. */
export interface StopConditions {
  readonly lock?: Lock;
  readonly signal?: AbortSignal;
}

/** Called between steps and while waiting, as `AbortSignal.throwIfAborted`. */
export function throwIfStopped({ lock, signal }: StopConditions): void {
  if (signal?.aborted) {
    throw new CoreshipError('interrupted', 'interrupted', {
      hint: 'run the same command again to continue',
    });
  }
  if (lock?.lost()) {
    throw new CoreshipError('failed', 'the lock was lost: it expired in etcd, or somebody removed it', {
      hint: 'was etcd away for long? run the same command again to continue',
    });
  }
}
