import { viewCluster } from '../../src/plan/cluster-view.ts';
import { type Desired, makePlan } from '../../src/plan/make-plan.ts';
import type { Plan, Step } from '../../src/plan/plan.ts';
import { readAssets } from '../../src/project/assets.ts';
import { parseUnitText } from '../../src/services/parsed-unit.ts';
import { renderServices } from '../../src/services/render.ts';
import type { Service } from '../../src/services/service.ts';
import { groupUnits, instantiate } from '../../src/services/unit-groups.ts';
import type { SimulatedCluster } from '../fakes/simulated-cluster.ts';

const assets = await readAssets();

/** Instances by service; `[]` for a service with one copy, and for a unit written by hand. */
export type Instances = Readonly<Record<string, readonly string[]>>;

/** The desired state of a project with these services and these units written by hand. */
export function want(
  services: readonly Service[],
  instances: Instances,
  byHand: Readonly<Record<string, string>> = {},
): Desired {
  const rendered = renderServices(services, { api: 'v3', key: 'address' }, assets)
    .filter(({ path }) => path.endsWith('.service'))
    .map(({ path, content }) => parseUnitText(path.slice(path.indexOf('/') + 1), content));
  const units = [...rendered, ...Object.entries(byHand).map(([name, text]) => parseUnitText(name, text))];
  const single = groupUnits(units.filter(({ name }) => !name.includes('@')));
  const groups = Object.entries(instances).flatMap(([service, names]) => {
    const isTemplate = units.some(({ name }) => name === `${service}@.service`);
    return isTemplate
      ? instantiate(service, names, units)
      : single.filter((group) => group.service === service);
  });
  return { services: Object.keys(instances), groups };
}

/** The plan a command would make right now. */
export function planFor(cluster: SimulatedCluster, desired: Desired): Plan {
  return makePlan(desired, viewCluster(cluster.facts()));
}

/** Carries out all steps of a plan, or the first of them; `after` is called after each. */
export function carryOut(
  cluster: SimulatedCluster,
  plan: Plan,
  { steps, after }: { readonly steps?: number; readonly after?: () => void } = {},
): void {
  for (const step of stepsOf(plan).slice(0, steps)) {
    cluster.apply(step);
    after?.();
  }
}

export function stepsOf(plan: Plan): readonly Step[] {
  return plan.changes.flatMap((change) => change.steps);
}
