import { type ClusterFacts, viewCluster } from '../../plan/cluster-view.ts';
import type { ActiveState } from '../../plan/unit-state.ts';
import { serves } from '../../services/registration.ts';
import { compareText } from '../../unit/compare.ts';
import { parseUnitName } from '../../unit/name.ts';

/** One unit as `status` shows it. */
export interface StatusRow {
  readonly unit: string;
  readonly service: string;
  readonly machine: string;
  readonly active: ActiveState;
  readonly sub: string;
  readonly mainPid: number;
  /** The registered value; null where etcd did not tell, absent for what is not in etcd. */
  readonly registered?: string | null;
  /** The load balancers that send it requests. */
  readonly servedBy: readonly string[];
  /** Present for a load balancer that serves no newer list: why. */
  readonly problem?: string;
  /** Present where the cluster keeps the unit and has given it no machine: what speaks against each. */
  readonly reasons?: readonly string[];
}

/** Every unit on the cluster, instance by instance; `etcdAway` where etcd was asked and did not tell. */
export function statusRows(
  seen: ClusterFacts,
  services: readonly string[],
  etcdAway: boolean,
): readonly StatusRow[] {
  const view = viewCluster(seen);
  const placed = view.groups
    .filter(({ group }) => services.length === 0 || services.includes(group.service))
    .flatMap(({ group, machine }) => {
      const entry = view.entry(group, machine);
      const found = seen.registrations?.find(({ key }) => key === entry?.key)?.value;
      const registered = entry && etcdAway ? null : found;
      const problemOf = (unit: string) =>
        seen.serving.find(({ balancer }) => balancer.unit === unit && balancer.machine.id === machine.id)
          ?.problem;
      const serving = seen.serving.filter(({ lists }) => entry && lists && serves(lists, entry));
      return view.unitsOf(group, machine.id).map((unit): StatusRow => {
        const isMain = unit.name === group.main;
        const problem = problemOf(unit.name);
        return {
          unit: unit.name,
          service: group.service,
          machine: machine.name,
          active: unit.active,
          sub: unit.sub,
          mainPid: unit.mainPid,
          ...(isMain && registered !== undefined ? { registered } : {}),
          servedBy: isMain ? serving.map(({ balancer }) => balancer.unit.replace(/\.service$/, '')) : [],
          ...(problem === undefined ? {} : { problem }),
        };
      });
    });
  const unplaced = seen.observation.unplaced.map(({ name, shouldRun, reasons }): StatusRow => {
    const sub = shouldRun ? 'no machine' : 'not wanted';
    const service = parseUnitName(name).prefix;
    return { unit: name, service, machine: '-', active: 'inactive', sub, mainPid: 0, servedBy: [], reasons };
  });
  const asked = unplaced.filter(({ service }) => services.length === 0 || services.includes(service));
  return [...placed, ...asked].sort((a, b) => compareText(a.unit, b.unit));
}
