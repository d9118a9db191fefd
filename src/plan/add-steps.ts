import type { UnitGroup } from '../services/unit-groups.ts';
import type { BalancerRef, Change, Step } from './plan.ts';

/** A change whose steps wait for the load balancers that run when its turn comes; nothing else depends on them. */
export interface Draft {
  readonly change: Omit<Change, 'steps'>;
  /** What is to be on the change's machine. */
  readonly arriving?: UnitGroup;
  /** What goes from the change's machine, or in a move from the one before. */
  readonly leaving?: UnitGroup;
  steps(running: readonly BalancerRef[]): readonly Step[];
}

/** The changes in their order, each with waits for the load balancers that those before it leave running. */
export function withSteps(drafts: readonly Draft[], running: readonly BalancerRef[]): readonly Change[] {
  let now = running;
  return drafts.map((draft) => {
    const change = { ...draft.change, steps: draft.steps(now) };
    now = runningAfter(now, change);
    return change;
  });
}

function runningAfter(running: readonly BalancerRef[], change: Change): readonly BalancerRef[] {
  const gone = change.action === 'remove' ? change.machine : change.from;
  const left = running.filter(({ unit, machine }) => unit !== change.unit || machine.id !== gone?.id);
  const come = change.steps.flatMap((step) => (step.kind === 'wait-answering' ? [step.balancer] : []));
  const isNew = (one: BalancerRef): boolean =>
    !left.some(({ unit, machine }) => unit === one.unit && machine.id === one.machine.id);
  return [...left, ...come.filter(isNew)];
}
