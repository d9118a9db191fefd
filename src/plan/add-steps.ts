import type { ClusterView } from './cluster-view.ts';
import type { Draft, Instance } from './draft.ts';
import { arrivalSteps, departureSteps } from './instance-steps.ts';
import type { BalancerRef, Change } from './plan.ts';
import type { Traffic } from './traffic.ts';

/**
 * Gives ordered drafts their steps. Each change waits for the load balancers that the changes before it leave running:
 * one that moves first is asked on its new machine.
 */
export function withSteps(
  drafts: readonly Draft[],
  view: Pick<ClusterView, 'balancers' | 'traffic'>,
): readonly Change[] {
  let running = view.balancers;
  return drafts.map(({ change, arriving, leaving }) => {
    const trafficOf = ({ group, machine }: Instance): Traffic => view.traffic(group, machine, running);
    const arrival = arriving && trafficOf(arriving);
    const steps = [
      ...(arriving && arrival ? arrivalSteps(change, arriving, arrival) : []),
      ...(leaving ? departureSteps(change, leaving, trafficOf(leaving)) : []),
    ];
    running = runningAfter(running, leaving, arrival?.ownBalancer);
    return { ...change, steps };
  });
}

/** The load balancers that run once an instance has left, and a load balancer has come. */
function runningAfter(
  running: readonly BalancerRef[],
  leaving: Instance | undefined,
  arrived: BalancerRef | undefined,
): readonly BalancerRef[] {
  const left = running.filter(
    ({ unit, machine }) => unit !== leaving?.group.main || machine.id !== leaving.machine.id,
  );
  const isKnown = left.some(
    ({ unit, machine }) => unit === arrived?.unit && machine.id === arrived.machine.id,
  );
  return arrived && !isKnown ? [...left, arrived] : left;
}
