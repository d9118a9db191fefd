import { CoreshipError } from '../errors.ts';
import type { UnitGroup } from '../services/unit-groups.ts';
import type { ClusterView } from './cluster-view.ts';
import type { GroupPlacement } from './place-groups.ts';

/** A unit that has a desired name and is not coreship's is never replaced. */
export function refuseForeign(desired: readonly UnitGroup[], view: ClusterView): void {
  const names = new Set(desired.flatMap(({ units }) => units.map(({ name }) => name)));
  const inTheWay = view.observation.foreign.filter(({ name }) => names.has(name));
  if (inTheWay.length === 0) return;
  throw new CoreshipError('failed', 'units that coreship did not write are in the way', {
    details: inTheWay.map(
      ({ machine, file, name }) => `${view.machine(machine).name}: ${file || name} is not coreship's`,
    ),
    hint: 'stop and remove them on the machine, or give the service another name',
  });
}

/** Units that fit no machine: says why, machine by machine. */
export function refuseUnplaced(
  { unplaced }: GroupPlacement,
  desired: readonly UnitGroup[],
  view: ClusterView,
): void {
  if (unplaced.length === 0) return;
  const mains = unplaced.filter(({ unit }) => desired.some(({ main }) => main === unit));
  // A sidekick that fits no machine is listed only where its main unit fits one.
  const shown = mains.length > 0 ? mains : unplaced;
  throw new CoreshipError('failed', `${shown.map(({ unit }) => unit).join(', ')}: no machine fits`, {
    details: shown.flatMap(({ unit, reasons }) => [
      unit,
      ...reasons
        .map(
          ({ machine, reasons: against }) => `  not on ${view.machine(machine).name}: ${against.join('; ')}`,
        )
        .sort(),
    ]),
    hint: 'add a machine, or relax the rules in [X-Fleet]',
  });
}

/** A unit that publishes a port on an address its machine does not have would publish it on all of them. */
export function refuseWithoutAddress(
  { machines }: GroupPlacement,
  desired: readonly UnitGroup[],
  view: ClusterView,
): void {
  const lacking = desired.flatMap((group) =>
    (machines.get(group.main) ?? []).flatMap((id) => {
      const machine = view.machine(id);
      return view
        .missingAddresses(group, machine)
        .map((name) => `${machine.name}: ${group.main} needs ${name}`);
    }),
  );
  if (lacking.length === 0) return;
  throw new CoreshipError('failed', 'machines have no address for ports that units publish', {
    details: lacking,
    hint: 'set it in /etc/environment on the machine, for example COREOS_PRIVATE_IPV4=10.0.0.1',
  });
}
