import { parseUnitText } from '../services/parsed-unit.ts';
import { groupUnits, type UnitGroup } from '../services/unit-groups.ts';
import { withSteps } from './add-steps.ts';
import type { ClusterView, PlacedGroup } from './cluster-view.ts';
import type { Draft, Instance } from './draft.ts';
import { orderDrafts } from './order-drafts.ts';
import { type GroupPlacement, placeGroups } from './place-groups.ts';
import type { MachineRef, Plan } from './plan.ts';
import { planInstance, planRemoval, planUnplacedRemoval } from './plan-instance.ts';
import { refuseForeign, refuseUnplaced, refuseWithoutAddress } from './refuse.ts';

/** What a command asks for, of some services. */
export interface Desired {
  /** The services to change, in this order; all others stay as they are. */
  readonly services: readonly string[];
  /** All their instances: one that is not listed is removed. */
  readonly groups: readonly UnitGroup[];
}

/**
 * Compares the desired state with what was observed. Pure: the same input gives the same plan.
 * @throws CoreshipError `failed` where an instance fits no machine, a file is in the way, or an address is missing
 */
export function makePlan(desired: Desired, view: ClusterView): Plan {
  refuseForeign(desired.groups, view);
  const scope = new Set(desired.services);
  const present = view.groups.filter(({ group }) => scope.has(group.service));
  const others = view.groups.filter(({ group }) => !scope.has(group.service));
  const leaving = present.filter(({ group }) => !desired.groups.some(({ main }) => main === group.main));

  // First with the old still there, so that nothing is removed before its successor serves; else without it.
  const roomy = placeGroups(desired.groups, [...others, ...leaving], view);
  const placement = roomy.unplaced.length === 0 ? roomy : placeGroups(desired.groups, others, view);
  refuseUnplaced(placement, desired.groups, view);
  refuseWithoutAddress(placement, desired.groups, view);

  const drafts: Draft[] = [];
  const unchanged: string[] = [];
  for (const group of desired.groups) {
    const copies = present.filter((placed) => placed.group.main === group.main);
    const changes = changesOf(group, copies, placement, view);
    if (changes.length === 0) unchanged.push(group.main);
    drafts.push(...changes);
  }
  for (const placed of leaving) drafts.push(removal(placed, noLongerDesired(placed.group), view));
  drafts.push(...unplacedRemovals(desired, view));
  return { version: 1, changes: withSteps(orderDrafts(drafts, desired.services), view), unchanged };
}

/** Brings an instance to each of its machines, and removes its copies elsewhere. */
function changesOf(
  group: UnitGroup,
  copies: readonly PlacedGroup[],
  placement: GroupPlacement,
  view: ClusterView,
): readonly Draft[] {
  const machines = machinesOf(group, copies, placement, view);
  const own = machines.flatMap((id) => changeOn(group, id, view) ?? []);
  const misplaced = copies.filter(({ machine }) => !machines.includes(machine.id));
  const removals = misplaced.map((placed) =>
    removal(placed, `${group.main} may not stay on ${placed.machine.name}`, view),
  );
  return asMove(own, removals);
}

/** Where an instance has to be. A cluster that schedules moves it itself: until it has, it stays where it was seen. */
function machinesOf(
  group: UnitGroup,
  copies: readonly PlacedGroup[],
  placement: GroupPlacement,
  view: ClusterView,
): readonly string[] {
  const chosen = placement.machines.get(group.main) ?? [];
  if (view.observation.scheduler === 'coreship' || chosen.length > 1 || copies.length === 0) return chosen;
  return copies.map(({ machine }) => machine.id);
}

/** A new copy here and an old copy there are one move: the new one serves before the old one leaves. */
function asMove(own: readonly Draft[], removals: readonly Draft[]): readonly Draft[] {
  const [first, ...others] = own;
  const [departure, ...copies] = removals;
  if (first?.change.action !== 'create' || !departure) return [...own, ...removals];
  const { machine: from, reason } = departure.change;
  return [
    { ...departure, ...first, change: { ...first.change, action: 'move', from, reason } },
    ...others,
    ...copies,
  ];
}

/** Undefined where the instance already is as desired. */
function changeOn(group: UnitGroup, id: string, view: ClusterView): Draft | undefined {
  const instance = instanceOn(group, view.machine(id), view);
  const names = new Set(group.units.map(({ name }) => name));
  const unplaced = view.observation.unplaced.filter(({ name }) => names.has(name));
  return planInstance(instance, unplaced, view.isServed(group, instance.machine));
}

function removal({ group, machine }: PlacedGroup, reason: string, view: ClusterView): Draft {
  return planRemoval(instanceOn(group, machine, view), reason);
}

function instanceOn(group: UnitGroup, { id, name }: MachineRef, view: ClusterView): Instance {
  return { group, machine: { id, name }, observed: view.unitsOf(group, id) };
}

/** Removes what the cluster stores of these services without a machine and nobody asked for. */
function unplacedRemovals(desired: Desired, view: ClusterView): readonly Draft[] {
  const names = new Set(desired.groups.flatMap(({ units }) => units.map(({ name }) => name)));
  const left = view.observation.unplaced.filter(({ name }) => !names.has(name));
  return groupUnits(left.map(({ name, text }) => parseUnitText(name, text)))
    .filter(({ service }) => desired.services.includes(service))
    .map((group) => planUnplacedRemoval(group, noLongerDesired(group)));
}

function noLongerDesired({ main }: UnitGroup): string {
  return `${main} is no longer desired`;
}
