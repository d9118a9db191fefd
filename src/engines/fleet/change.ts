import { CoreshipError } from '../../errors.ts';
import { isRunning, isStopped } from '../../plan/unit-state.ts';
import type { UnitText } from '../../services/unit-groups.ts';
import { parseUnit } from '../../unit/parse.ts';
import { unitHash } from '../../unit/serialise.ts';
import { optionsOf } from '../../unit/unit-file.ts';
import type { JobState } from './api.ts';
import type { FleetClient } from './client.ts';
import { isGlobal, type Look, type Looks, landed } from './look.ts';

/**
 * Milliseconds for fleet to bring about what was asked of it: a new leader of etcd and a restarted fleet included, and
 * the minutes that a machine is busy with units which somebody has destroyed by the hundred.
 */
const patienceMs = 240_000;
/** Milliseconds that a stop may take: the unit's own TimeoutStopSec is shorter. */
const stopTimeoutMs = 120_000;

/** Writes units into the registry and starts none. A unit that has a machine stays on it. */
export async function install(client: FleetClient, looks: Looks, units: readonly UnitText[]): Promise<void> {
  const look = await looks.fresh();
  await Promise.all(units.map((unit) => installOne(client, looks, unit, look)));
}

/**
 * Launches units that belong together. Where they are several, all are seen loaded first: fleet starts a unit once, and
 * one that needs another whose file is not there yet fails for good. What has failed or stopped behind fleet's back goes
 * through `loaded` too, since fleet takes a launched unit for a running one.
 * @param onHomeless asked for each unit that no machine has; may throw to give up
 */
export async function start(
  client: FleetClient,
  looks: Looks,
  names: readonly string[],
  onHomeless: (name: string, look: Look) => void = () => undefined,
): Promise<void> {
  const before = await looks.fresh();
  const asleep = names.filter((name) => !isUp(name, before));
  for (const name of names) if (!before.units.has(name)) throw gone(name);
  if (asleep.length > 1 || asleep.some((name) => before.units.get(name)?.desiredState === 'launched')) {
    await Promise.all(asleep.map((name) => client.put(name, 'loaded')));
    const waiting = (look: Look): string | undefined => {
      // What brought a main unit up may have brought its sidekick up by itself.
      const left = names.filter((name) => !isUp(name, look) && !isLoaded(name, look));
      for (const name of left) if (!look.states.has(name)) onHomeless(name, look);
      return allInWords(left, look);
    };
    const nudge = wake(client, asleep, 'loaded');
    await looks.until(`${asleep.join(', ')} loaded`, patienceMs, waiting, nudge);
  }
  await Promise.all(asleep.map((name) => client.put(name, 'launched')));
}

/** Stops units and resolves once systemd has: fleet removes a file without waiting for the unit's ExecStop. */
export async function stop(client: FleetClient, looks: Looks, names: readonly string[]): Promise<void> {
  const before = await looks.fresh();
  const launched = names.filter((name) => before.units.get(name)?.desiredState === 'launched');
  await Promise.all(launched.map((name) => client.put(name, 'loaded')));
  const running = (look: Look): string | undefined => {
    const left = names.filter(
      (name) =>
        look.states.get(name)?.some((state) => !isStopped(state.systemdActiveState)) === true ||
        look.units.get(name)?.currentState === 'launched',
    );
    return allInWords(left, look);
  };
  const nudge = wake(client, names, 'loaded');
  await looks.until(`${names.join(', ')} stopped`, stopTimeoutMs, running, nudge);
}

/**
 * Removes stopped units from the machines and then from the registry. Destroyed at once, they would keep their machines
 * from all other work: fleet fails to unload a unit that systemd has forgotten, once, and does nothing more then until
 * it looks again, in five seconds or when it is woken; and of what is not in the registry it cannot be reminded.
 */
export async function remove(client: FleetClient, looks: Looks, names: readonly string[]): Promise<void> {
  const { units } = await looks.fresh();
  const known = names.filter((name) => units.has(name));
  await Promise.all(known.map((name) => client.put(name, 'inactive')));
  const loaded = (look: Look): string | undefined =>
    allInWords(
      known.filter((name) => look.states.has(name)),
      look,
    );
  await looks.until(`${names.join(', ')} unloaded`, patienceMs, loaded, wake(client, known, 'inactive'));
  await Promise.all(known.map((name) => client.destroy(name)));
}

/** What is known of a unit, for a wait that takes long. */
export function inWords(name: string, look: Look): string {
  const unit = look.units.get(name);
  const [state] = look.states.get(name) ?? [];
  if (!unit) return `${name} is not in the registry`;
  if (!state)
    return unit.machineID === undefined ? `${name} has no machine yet` : `${name} is not loaded yet`;
  if (!landed(unit, state)) return `${name} still has its old file`;
  return `${name} is ${state.systemdActiveState} (${state.systemdSubState})`;
}

/** How a unit gets the options that were reviewed, as the server allows. */
async function installOne(
  client: FleetClient,
  looks: Looks,
  { name, text }: UnitText,
  look: Look,
): Promise<void> {
  const options = optionsOf(parseUnit(text, { file: name }));
  const known = look.units.get(name);
  if (!known) {
    if (look.states.has(name)) await unloaded(looks, name);
    await client.put(name, 'inactive', options);
    return;
  }
  if (unitHash(known.options) === unitHash(options)) return;
  const desired = known.desiredState === 'inactive' ? 'inactive' : 'loaded';
  const { written } = await client.put(name, desired, options);
  if (written) return;
  const now = (await looks.fresh()).units.get(name);
  if (now && unitHash(now.options) === unitHash(options)) return;
  // A fleet before 0.13 keeps the options of a unit it knows.
  await remove(client, looks, [name]);
  await client.put(name, desired, options);
}

/** A machine unloads what others have destroyed a while later, and would take its successor for that. */
async function unloaded(looks: Looks, name: string): Promise<void> {
  await looks.until(`${name} unloaded`, patienceMs, (look) =>
    look.states.has(name) ? `${name} was destroyed and a machine still has it` : undefined,
  );
}

/**
 * Asks again for the state that a unit is to have. Every write of one wakes the agents of all machines and the engine,
 * which else look again in two to five seconds, and after each failure anew.
 */
function wake(
  client: FleetClient,
  names: readonly string[],
  desired: JobState,
): (look: Look) => Promise<unknown> {
  return async ({ units }) => {
    const name = names.find((one) => units.get(one)?.desiredState === desired);
    if (name !== undefined) await client.put(name, desired);
  };
}

function allInWords(names: readonly string[], look: Look): string | undefined {
  return names.length === 0 ? undefined : names.map((name) => inWords(name, look)).join(', ');
}

function isUp(name: string, look: Look): boolean {
  const unit = look.units.get(name);
  const states = look.states.get(name) ?? [];
  return (
    unit?.desiredState === 'launched' &&
    states.length > 0 &&
    states.every((state) => isRunning(state.systemdActiveState) && landed(unit, state))
  );
}

function isLoaded(name: string, look: Look): boolean {
  const unit = look.units.get(name);
  const states = look.states.get(name) ?? [];
  return (
    !!unit &&
    states.length > 0 &&
    states.every((state) => isStopped(state.systemdActiveState) && landed(unit, state)) &&
    (isGlobal(unit) || unit.currentState === 'loaded')
  );
}

function gone(name: string): CoreshipError {
  return new CoreshipError('failed', `${name} is not in fleet's registry any more`, {
    hint: 'somebody else has destroyed it: run the command again',
  });
}
