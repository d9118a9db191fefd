import { defined } from '../../defined.ts';
import type { UnplacedUnit } from '../../plan/observation.ts';
import type { ActiveState } from '../../plan/unit-state.ts';
import { serves } from '../../services/registration.ts';
import { compareText } from '../../unit/compare.ts';
import { parseUnitName } from '../../unit/name.ts';
import type { ClusterSnapshot } from '../cluster/observe-cluster.ts';

/** One unit as `status` shows it. */
export interface StatusRow {
  readonly unit: string;
  readonly service: string;
  readonly machine: string;
  readonly active: ActiveState;
  readonly sub: string;
  readonly mainPid: number;
  /** The registered value; null where etcd did not answer, absent for a unit that is not in etcd. */
  readonly registered?: string | null;
  /** The load balancers that send it requests. */
  readonly servedBy: readonly string[];
  /** Present for a load balancer that cannot serve a newer list: why. */
  readonly problem?: string;
  /** Present where the cluster has the unit and no machine for it: what speaks against each machine. */
  readonly reasons?: readonly string[];
}

/** Every unit on the cluster by name: of the given services, or of all where none is given. */
export function statusRows(snapshot: ClusterSnapshot, services: readonly string[]): readonly StatusRow[] {
  const unplaced = snapshot.facts.observation.unplaced;
  return [...placedRows(snapshot), ...unplaced.map(unplacedRow)]
    .filter(({ service }) => services.length === 0 || services.includes(service))
    .sort((a, b) => compareText(a.unit, b.unit));
}

function placedRows({ facts, view, registryError }: ClusterSnapshot): readonly StatusRow[] {
  return view.groups.flatMap(({ group, machine }) => {
    const entry = view.entry(group, machine);
    const found = facts.registrations?.find(({ key }) => key === entry?.key)?.value;
    const registered = entry && registryError !== undefined ? null : found;
    const servedBy = facts.serving
      .filter(({ lists }) => entry && lists && serves(lists, entry))
      .map(({ balancer }) => balancer.unit.replace(/\.service$/, ''));
    return view.unitsOf(group, machine.id).map((unit): StatusRow => {
      const isMain = unit.name === group.main;
      return {
        unit: unit.name,
        service: group.service,
        machine: machine.name,
        active: unit.active,
        sub: unit.sub,
        mainPid: unit.mainPid,
        servedBy: isMain ? servedBy : [],
        ...defined({
          registered: isMain ? registered : undefined,
          problem: facts.serving.find(
            ({ balancer }) => balancer.unit === unit.name && balancer.machine.id === machine.id,
          )?.problem,
        }),
      };
    });
  });
}

function unplacedRow({ name, shouldRun, reasons }: UnplacedUnit): StatusRow {
  return {
    unit: name,
    service: parseUnitName(name).prefix,
    machine: '-',
    active: 'inactive',
    sub: shouldRun ? 'no machine' : 'not desired',
    mainPid: 0,
    servedBy: [],
    reasons,
  };
}
