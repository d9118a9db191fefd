import { CoreshipError } from '../errors.ts';
import { parseUnitText } from '../services/parsed-unit.ts';
import { groupUnits, type UnitGroup } from '../services/unit-groups.ts';
import { type Draft, withSteps } from './add-steps.ts';
import type { ClusterView } from './cluster-view.ts';
import { orderDrafts } from './order-drafts.ts';
import { type GroupPlacement, placeGroups } from './place-groups.ts';
import type { BalancerRef, MachineRef, Plan } from './plan.ts';
import { planInstance, planRemoval, planUnplacedRemoval } from './plan-instance.ts';

/** What a command wants of some services. */
export interface Desired {
  /** The services in question, in the order they are dealt with; all others stay as they are. */
  readonly services: readonly string[];
  /** Their instances, all of them: an instance that is not here is removed. */
  readonly groups: readonly UnitGroup[];
}

/**
 * Compares what is wanted with what was seen. Same input, same plan; nothing is touched.
 * @throws CoreshipError `failed` where an instance has no machine to go to, or a file is in the way
 */
export function makePlan(desired: Desired, view: ClusterView): Plan {
  refuseForeign(desired, view);
  const scope = new Set(desired.services);
  const present = view.groups.filter(({ group }) => scope.has(group.service));
  const others = view.groups.filter(({ group }) => !scope.has(group.service));
  const leaving = present.filter(({ group }) => !desired.groups.some(({ main }) => main === group.main));

  // Room for the new first, so that nothing is taken away before its successor serves; else the old make room.
  const beside = placeGroups(desired.groups, [...others, ...leaving], view);
  const placement = beside.unplaced.length === 0 ? beside : placeGroups(desired.groups, others, view);
  refuseUnplaced(placement.unplaced, desired, view);
  refuseWithoutAddress(desired, placement, view);

  const drafts: Draft[] = [];
  const unchanged: string[] = [];
  for (const group of desired.groups) {
    const homes = homesOf(group, placement, view);
    const stray = present.filter(
      (seen) => seen.group.main === group.main && !homes.includes(seen.machine.id),
    );
    const own = homes.flatMap((id) => instance(group, view.machine(id), view) ?? []);
    drafts.push(
      ...moved(
        own,
        stray.map((seen) => removal(seen.group, seen.machine, view, `it belongs elsewhere`)),
      ),
    );
    if (own.length === 0 && stray.length === 0) unchanged.push(group.main);
  }
  for (const { group, machine } of leaving) {
    drafts.push(removal(group, machine, view, `${group.main} is not wanted any more`));
  }
  drafts.push(...removeUnplaced(desired, view));
  const ordered = orderDrafts(drafts, desired.services);
  return { version: 1, changes: withSteps(ordered, view.balancers), unchanged };
}

/** A cluster that chooses machines itself moves what may not stay: until it has, an instance is where it was seen. */
function homesOf(group: UnitGroup, placement: GroupPlacement, view: ClusterView): readonly string[] {
  const chosen = placement.machines.get(group.main) ?? [];
  if (view.observation.scheduler === 'coreship' || chosen.length > 1) return chosen;
  const present = view.groups
    .filter((seen) => seen.group.main === group.main)
    .map(({ machine }) => machine.id);
  return present.length > 0 ? present : chosen;
}

/** Takes away what the cluster keeps of these services without a machine, and what nobody wants. */
function removeUnplaced(desired: Desired, view: ClusterView): readonly Draft[] {
  const names = new Set(desired.groups.flatMap(({ units }) => units.map(({ name }) => name)));
  const left = view.observation.unplaced.filter(({ name }) => !names.has(name));
  return groupUnits(left.map(({ name, text }) => parseUnitText(name, text)))
    .filter(({ service }) => desired.services.includes(service))
    .map((group) => planUnplacedRemoval(group, `${group.main} is not wanted any more`));
}

/** Nothing where the instance is as wanted. */
function instance(group: UnitGroup, { id, name }: MachineRef, view: ClusterView): Draft | undefined {
  const machine = { id, name };
  return planInstance({
    group,
    machine,
    observed: view.unitsOf(group, id),
    unplaced: view.observation.unplaced.filter((unit) => group.units.some((own) => own.name === unit.name)),
    served: view.isServed(group, machine),
    traffic: (running) => view.traffic(group, machine, running),
  });
}

function removal(group: UnitGroup, { id, name }: MachineRef, view: ClusterView, reason: string): Draft {
  const machine = { id, name };
  const observed = view.unitsOf(group, id);
  const traffic = (running: readonly BalancerRef[]) => view.traffic(group, machine, running);
  return planRemoval({ group, machine, observed, traffic }, reason);
}

/** A new copy here and an old copy there are one move: the new one serves before the old one leaves. */
function moved(own: readonly Draft[], strays: readonly Draft[]): readonly Draft[] {
  const [arrival] = own;
  const [departure, ...copies] = strays;
  if (arrival?.change.action !== 'create' || !departure) return [...own, ...strays];
  const from = departure.change.machine;
  const move: Draft = {
    ...departure,
    ...arrival,
    change: {
      ...arrival.change,
      action: 'move',
      from,
      reason: `${arrival.change.unit} may not stay on ${from.name}`,
    },
    steps: (running) => [...arrival.steps(running), ...departure.steps(running)],
  };
  return [move, ...own.slice(1), ...copies];
}

function refuseForeign(desired: Desired, view: ClusterView): void {
  const names = new Set(desired.groups.flatMap(({ units }) => units.map(({ name }) => name)));
  const inTheWay = view.observation.foreign.filter(({ name }) => names.has(name));
  if (inTheWay.length === 0) return;
  throw new CoreshipError('failed', 'units that coreship did not write are in the way', {
    details: inTheWay.map(
      ({ machine, file, name }) => `${view.machine(machine).name}: ${file || name} is not coreship's`,
    ),
    hint: 'stop and remove them on the machine, or give the service another name',
  });
}

function refuseUnplaced(unplaced: GroupPlacement['unplaced'], desired: Desired, view: ClusterView): void {
  if (unplaced.length === 0) return;
  const mains = unplaced.filter(({ unit }) => desired.groups.some(({ main }) => main === unit));
  // A sidekick without a place is worth a line only where its main unit has one.
  const shown = mains.length > 0 ? mains : unplaced;
  throw new CoreshipError('failed', `${shown.map(({ unit }) => unit).join(', ')}: nowhere to go`, {
    details: shown.flatMap(({ unit, reasons }) => [
      unit,
      ...reasons
        .map(
          ({ machine, reasons: against }) => `  not on ${view.machine(machine).name}: ${against.join('; ')}`,
        )
        .sort(),
    ]),
    hint: 'add a machine, or loosen the rules in [X-Fleet]',
  });
}

/** A unit that publishes a port on an address its machine does not have would publish it on all of them. */
function refuseWithoutAddress(desired: Desired, placement: GroupPlacement, view: ClusterView): void {
  const lacking = desired.groups.flatMap((group) =>
    (placement.machines.get(group.main) ?? []).flatMap((id) => {
      const machine = view.machine(id);
      return view
        .missingAddresses(group, machine)
        .map((name) => `${machine.name}: ${group.main} needs ${name}`);
    }),
  );
  if (lacking.length === 0) return;
  throw new CoreshipError('failed', 'machines lack an address that units publish ports on', {
    details: lacking,
    hint: 'write it into /etc/environment there, as in COREOS_PRIVATE_IPV4=10.0.0.1',
  });
}
