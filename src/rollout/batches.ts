import { mayRunTogether } from '../plan/change-actions.ts';
import type { Change, Plan } from '../plan/plan.ts';

/** A change with its place in the plan. */
export interface NumberedChange {
  readonly index: number;
  readonly change: Change;
}

/**
 * The plan's changes, in order, in groups that may run at the same time: instances of one service that are all added, or
 * all removed. Instances that run are replaced one by one.
 */
export function batches(plan: Plan, maxParallelChanges: number): readonly (readonly NumberedChange[])[] {
  const result: NumberedChange[][] = [];
  for (const [index, change] of plan.changes.entries()) {
    const batch = result.at(-1);
    const [first] = batch ?? [];
    if (batch && first && batch.length < maxParallelChanges && mayJoin(first.change, change))
      batch.push({ index, change });
    else result.push([{ index, change }]);
  }
  return result;
}

function mayJoin(first: Change, change: Change): boolean {
  return first.service === change.service && mayRunTogether(first.action, change.action);
}
