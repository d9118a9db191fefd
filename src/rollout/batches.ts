import type { Change, ChangeAction, Plan } from '../plan/plan.ts';

/** A change with its place in the plan. */
export interface NumberedChange {
  readonly index: number;
  readonly change: Change;
}

/**
 * The plan's changes, in order, in groups that may be under way at a time: instances of one service that only come, or
 * only go. What runs is replaced one by one.
 */
export function batches(plan: Plan, maxParallelChanges: number): readonly (readonly NumberedChange[])[] {
  const result: NumberedChange[][] = [];
  for (const [index, change] of plan.changes.entries()) {
    const batch = result.at(-1);
    const [first] = batch ?? [];
    if (batch && first && batch.length < maxParallelChanges && together(first.change, change))
      batch.push({ index, change });
    else result.push([{ index, change }]);
  }
  return result;
}

const comes: readonly ChangeAction[] = ['create', 'start', 'wait'];
const goes: readonly ChangeAction[] = ['remove'];

function together(one: Change, other: Change): boolean {
  return (
    one.service === other.service &&
    [comes, goes].some((kind) => kind.includes(one.action) && kind.includes(other.action))
  );
}
