import { toStoredForm } from '../engines/stored-form.ts';
import { type Desired, makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { type ClusterSnapshot, observeCompletely } from './cluster/observe-cluster.ts';
import type { Context } from './with-cluster.ts';

/** Observes the cluster and plans what is left to do; `soFar` is what an error says about the work before. */
export async function planNow(
  desired: Desired,
  context: Context,
  soFar?: string,
): Promise<{ readonly plan: Plan; readonly snapshot: ClusterSnapshot }> {
  const { cluster, project, io } = context;
  const snapshot = await observeCompletely(cluster, project, unitNames(desired), io, soFar);
  return { plan: planFrom(desired, snapshot, context), snapshot };
}

/** Plans from what was observed. */
export function planFrom(
  desired: Desired,
  { view }: Pick<ClusterSnapshot, 'view'>,
  { cluster }: Pick<Context, 'cluster'>,
): Plan {
  return makePlan(toStoredForm(desired, cluster.engine), view);
}

/** Names of the desired units: an observation also says who else uses them. */
export function unitNames({ groups }: Desired): readonly string[] {
  return groups.flatMap(({ units }) => units.map(({ name }) => name));
}
