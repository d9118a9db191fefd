import { CoreshipError } from '../../errors.ts';
import type { UnitText } from '../../services/unit-groups.ts';
import { parseUnit } from '../../unit/parse.ts';
import { unitHash } from '../../unit/serialise.ts';
import { optionsOf } from '../../unit/unit-file.ts';
import type { FleetClient } from './client.ts';
import { comesUp, isGlobal, type Look, type Looks, landed, runs } from './look.ts';

/**
 * Milliseconds for fleet to bring about what was asked of it: a new leader of etcd and a restarted fleet included. Of a
 * hundred units that were destroyed at once, fleet 1.0.0 has unloaded the last after some 160 s.
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
    await looks.until(`${asleep.join(', ')} loaded`, patienceMs, (look) => {
      // What brought a main unit up may have brought its sidekick up by itself.
      const waiting = names.filter((name) => !isUp(name, look) && !isLoaded(name, look));
      for (const name of waiting) if (!look.states.has(name)) onHomeless(name, look);
      return waiting.length === 0 ? undefined : waiting.map((name) => inWords(name, look)).join(', ');
    });
  }
  await Promise.all(asleep.map((name) => client.put(name, 'launched')));
}

/** Stops units and resolves once systemd has: fleet removes a file without waiting for the unit's ExecStop. */
export async function stop(client: FleetClient, looks: Looks, names: readonly string[]): Promise<void> {
  const before = await looks.fresh();
  const launched = names.filter((name) => before.units.get(name)?.desiredState === 'launched');
  await Promise.all(launched.map((name) => client.put(name, 'loaded')));
  await looks.until(`${names.join(', ')} stopped`, stopTimeoutMs, (look) => {
    const running = names.filter(
      (name) =>
        look.states.get(name)?.some(runs) === true || look.units.get(name)?.currentState === 'launched',
    );
    return running.length === 0 ? undefined : running.map((name) => inWords(name, look)).join(', ');
  });
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
    await unloaded(looks, name);
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
  await client.destroy(name);
  await unloaded(looks, name);
  await client.put(name, desired, options);
}

/** A machine unloads a destroyed unit a while later, and would take its successor for the one to be unloaded. */
async function unloaded(looks: Looks, name: string): Promise<void> {
  await looks.until(`${name} unloaded`, patienceMs, (look) =>
    look.states.has(name) ? `${name} was destroyed and a machine still has it` : undefined,
  );
}

function isUp(name: string, look: Look): boolean {
  const unit = look.units.get(name);
  const states = look.states.get(name) ?? [];
  return (
    unit?.desiredState === 'launched' &&
    states.length > 0 &&
    states.every((state) => comesUp(state.systemdActiveState) && landed(unit, state))
  );
}

function isLoaded(name: string, look: Look): boolean {
  const unit = look.units.get(name);
  const states = look.states.get(name) ?? [];
  return (
    !!unit &&
    states.length > 0 &&
    states.every((state) => !runs(state) && landed(unit, state)) &&
    (isGlobal(unit) || unit.currentState === 'loaded')
  );
}

function gone(name: string): CoreshipError {
  return new CoreshipError('failed', `${name} is not in fleet's registry any more`, {
    hint: 'somebody else has destroyed it: run the command again',
  });
}
