import { CoreshipError } from '../../errors.ts';
import { isRunning, isStopped } from '../../plan/unit-state.ts';
import type { UnitText } from '../../services/unit-groups.ts';
import { parseUnit } from '../../unit/parse.ts';
import { unitHash } from '../../unit/serialise.ts';
import { optionsOf } from '../../unit/unit-file.ts';
import type { JobState } from './api.ts';
import type { FleetClient } from './client.ts';
import type { Snapshot, Snapshots } from './snapshot.ts';
import { hasCurrentFile, isGlobal } from './unit-facts.ts';

/**
 * Milliseconds for fleet to carry out a request: enough for etcd to elect a new leader and for fleet to restart, and for
 * a machine that is busy for minutes because somebody has destroyed hundreds of units.
 */
const operationTimeoutMs = 240_000;
/** Milliseconds that a stop may take: the unit's own TimeoutStopSec is shorter. */
const stopTimeoutMs = 120_000;

/** Writes units into the registry and starts none. A unit that has a machine stays on it. */
export async function install(
  client: FleetClient,
  snapshots: Snapshots,
  units: readonly UnitText[],
): Promise<void> {
  const snapshot = await snapshots.fresh();
  await Promise.all(units.map((unit) => installOne(client, snapshots, unit, snapshot)));
}

/**
 * Launches units that belong together. If there are several, all are loaded first: fleet starts a unit only once, and one
 * that requires another whose file is missing fails for good. A unit that failed or was stopped without fleet goes
 * through `loaded` as well, since fleet takes a launched unit for a running one.
 * @param onUnscheduled called for each unit that no machine has loaded; may throw to give up
 */
export async function start(
  client: FleetClient,
  snapshots: Snapshots,
  names: readonly string[],
  onUnscheduled: (name: string, snapshot: Snapshot) => void = () => undefined,
): Promise<void> {
  const before = await snapshots.fresh();
  for (const name of names) if (!before.units.has(name)) throw destroyedError(name);
  const toLaunch = names.filter((name) => !isUp(name, before));
  if (toLaunch.length > 1 || toLaunch.some((name) => before.units.get(name)?.desiredState === 'launched')) {
    await Promise.all(toLaunch.map((name) => client.put(name, 'loaded')));
    const notLoaded = (snapshot: Snapshot): string | undefined => {
      // A main unit that came up may have started its sidekick.
      const left = names.filter((name) => !isUp(name, snapshot) && !isLoaded(name, snapshot));
      for (const name of left) if (!snapshot.states.has(name)) onUnscheduled(name, snapshot);
      return describeAll(left, snapshot);
    };
    const nudge = nudgeAgents(client, toLaunch, 'loaded');
    await snapshots.until(`${toLaunch.join(', ')} loaded`, operationTimeoutMs, notLoaded, nudge);
  }
  await Promise.all(toLaunch.map((name) => client.put(name, 'launched')));
}

/** Stops units and resolves once systemd has: fleet removes a file without waiting for the unit's ExecStop. */
export async function stop(
  client: FleetClient,
  snapshots: Snapshots,
  names: readonly string[],
): Promise<void> {
  const before = await snapshots.fresh();
  const launched = names.filter((name) => before.units.get(name)?.desiredState === 'launched');
  await Promise.all(launched.map((name) => client.put(name, 'loaded')));
  const notStopped = (snapshot: Snapshot): string | undefined => {
    const left = names.filter(
      (name) =>
        snapshot.states.get(name)?.some((state) => !isStopped(state.systemdActiveState)) === true ||
        snapshot.units.get(name)?.currentState === 'launched',
    );
    return describeAll(left, snapshot);
  };
  const nudge = nudgeAgents(client, names, 'loaded');
  await snapshots.until(`${names.join(', ')} stopped`, stopTimeoutMs, notStopped, nudge);
}

/**
 * Removes stopped units from the machines, and then from the registry. Destroying them at once would block their machines
 * for all other work: fleet fails to unload a unit that systemd has forgotten, once, and then does nothing more until its
 * next round, in five seconds or at a nudge; and a unit that is not in the registry cannot be nudged.
 */
export async function remove(
  client: FleetClient,
  snapshots: Snapshots,
  names: readonly string[],
): Promise<void> {
  const { units } = await snapshots.fresh();
  const known = names.filter((name) => units.has(name));
  await Promise.all(known.map((name) => client.put(name, 'inactive')));
  const notUnloaded = (snapshot: Snapshot): string | undefined =>
    describeAll(
      known.filter((name) => snapshot.states.has(name)),
      snapshot,
    );
  const nudge = nudgeAgents(client, known, 'inactive');
  await snapshots.until(`${names.join(', ')} unloaded`, operationTimeoutMs, notUnloaded, nudge);
  await Promise.all(known.map((name) => client.destroy(name)));
}

/** Where a unit stands, for a wait that takes long. */
export function describeUnit(name: string, snapshot: Snapshot): string {
  const unit = snapshot.units.get(name);
  const [state] = snapshot.states.get(name) ?? [];
  if (!unit) return `${name} is not in the registry`;
  if (!state) {
    return unit.machineID === undefined ? `${name} has no machine yet` : `${name} is not loaded yet`;
  }
  if (!hasCurrentFile(unit, state)) return `${name} still has its old file`;
  return `${name} is ${state.systemdActiveState} (${state.systemdSubState})`;
}

/** Gives a unit the reviewed options, in the way that the server allows. */
async function installOne(
  client: FleetClient,
  snapshots: Snapshots,
  { name, text }: UnitText,
  snapshot: Snapshot,
): Promise<void> {
  const options = optionsOf(parseUnit(text, { file: name }));
  const known = snapshot.units.get(name);
  if (!known) {
    if (snapshot.states.has(name)) await awaitUnload(snapshots, name);
    await client.put(name, 'inactive', options);
    return;
  }
  if (unitHash(known.options) === unitHash(options)) return;
  const desired = known.desiredState === 'inactive' ? 'inactive' : 'loaded';
  const { written } = await client.put(name, desired, options);
  if (written) return;
  const now = (await snapshots.fresh()).units.get(name);
  if (now && unitHash(now.options) === unitHash(options)) return;
  // A fleet before 0.13 never replaces the options of a unit.
  await remove(client, snapshots, [name]);
  await client.put(name, desired, options);
}

/** A machine unloads a destroyed unit only later, and would then unload a new unit of the same name instead. */
async function awaitUnload(snapshots: Snapshots, name: string): Promise<void> {
  await snapshots.until(`${name} unloaded`, operationTimeoutMs, (snapshot) =>
    snapshot.states.has(name) ? `${name} was destroyed and a machine still has it` : undefined,
  );
}

/**
 * Writes again a state that a unit already has. Every such write wakes the engine and the agents of all machines, which
 * otherwise reconcile every two to five seconds, and wait as long after each failure.
 */
function nudgeAgents(
  client: FleetClient,
  names: readonly string[],
  desired: JobState,
): (snapshot: Snapshot) => Promise<unknown> {
  return async ({ units }) => {
    const name = names.find((one) => units.get(one)?.desiredState === desired);
    if (name !== undefined) await client.put(name, desired);
  };
}

function describeAll(names: readonly string[], snapshot: Snapshot): string | undefined {
  return names.length === 0 ? undefined : names.map((name) => describeUnit(name, snapshot)).join(', ');
}

function isUp(name: string, snapshot: Snapshot): boolean {
  const unit = snapshot.units.get(name);
  const states = snapshot.states.get(name) ?? [];
  return (
    unit?.desiredState === 'launched' &&
    states.length > 0 &&
    states.every((state) => isRunning(state.systemdActiveState) && hasCurrentFile(unit, state))
  );
}

function isLoaded(name: string, snapshot: Snapshot): boolean {
  const unit = snapshot.units.get(name);
  const states = snapshot.states.get(name) ?? [];
  return (
    !!unit &&
    states.length > 0 &&
    states.every((state) => isStopped(state.systemdActiveState) && hasCurrentFile(unit, state)) &&
    (isGlobal(unit) || unit.currentState === 'loaded')
  );
}

function destroyedError(name: string): CoreshipError {
  return new CoreshipError('failed', `${name} is no longer in fleet's registry`, {
    hint: 'somebody else has destroyed it: run the command again',
  });
}
