import type { ChangeAction } from './change-actions.ts';
import type { Instance } from './draft.ts';
import type { FileChange } from './plan.ts';
import { isRunning } from './unit-state.ts';

/** What has to be done to an instance, and why. */
export interface Verdict {
  readonly action: Exclude<ChangeAction, 'move' | 'remove'>;
  readonly reason: string;
}

/** What else is known of an instance. */
export interface InstanceStatus {
  /** Whether the cluster stores it and runs it nowhere. */
  readonly isUnplaced: boolean;
  /** Whether registry and load balancers have it; true for one that does not register. */
  readonly isServed: boolean;
}

/** Compares an instance with its files, which differ by `files`. Undefined where nothing has to be done. */
export function judgeInstance(
  { group, observed }: Instance,
  files: readonly FileChange[],
  { isUnplaced, isServed }: InstanceStatus,
): Verdict | undefined {
  if (observed.length === 0) {
    const reason = isUnplaced ? 'the cluster stores it but runs it nowhere' : 'it is not there yet';
    return { action: 'create', reason };
  }
  const main = observed.find(({ name }) => name === group.main);
  const runs = main !== undefined && isRunning(main.active);
  const changed = files.map(({ unit }) => unit);
  if (!main || changed.includes(group.main)) {
    const reason = runs ? `${group.main} has changed; it is restarted` : `${group.main} has changed`;
    return { action: 'replace', reason };
  }
  if (main.reloadNeeded && runs) {
    const reason = `${group.main} runs with an older file than the one on the machine; it is restarted`;
    return { action: 'replace', reason };
  }
  if (changed.length > 0) {
    return { action: 'refresh', reason: `${changed.join(', ')} changed; ${group.main} keeps running` };
  }
  const stopped = observed.filter(({ active }) => !isRunning(active));
  if (stopped.length > 0) {
    return { action: 'start', reason: stopped.map(({ name, active }) => `${name} is ${active}`).join(', ') };
  }
  const pending = observed.filter(({ active }) => active !== 'active');
  if (pending.length > 0) {
    const states = pending.map(({ name, active, sub }) => `${name} is ${active} (${sub})`);
    return { action: 'wait', reason: states.join(', ') };
  }
  return isServed ? undefined : { action: 'wait', reason: 'it runs, but it is not served yet' };
}
