import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FleetClient } from '../../../src/engines/fleet/client.ts';
import { toObservation } from '../../../src/engines/fleet/observe.ts';
import { type Snapshot, shareSnapshots } from '../../../src/engines/fleet/snapshot.ts';
import { machinesOf } from '../../../src/engines/fleet/unit-facts.ts';
import { refusals } from '../../../src/placement/check-rules.ts';
import { place } from '../../../src/placement/place.ts';
import { readRules } from '../../../src/placement/read-rules.ts';
import type { PlacedUnit } from '../../../src/placement/reasons-against.ts';
import type { Machine } from '../../../src/placement/rules.ts';
import { arbitraryWrittenUnits, type WrittenUnit } from '../../placement/arbitrary-options.ts';
import { breaches } from '../../placement/legality.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import { openFleet, startFleet, stopFleet, withoutFleet } from '../../support/lab/fleet-lab.ts';
import { machines as labMachines, scriptOn } from '../../support/lab/test-lab.ts';

const seed = Number(process.env['CORESHIP_FLEET_SEED'] ?? Date.now() % 1e9);
/** How many sets are drawn: about as many fit into one registry at a time as by default. */
const count = Number(process.env['CORESHIP_FLEET_SETS'] ?? 24);

/** Milliseconds without a change after which fleet has come to rest: more than two rounds of its agents. */
const restMs = 12_000;
/** Milliseconds until a set that goes on changing is taken to do so for ever: units that drive each other out. */
const timeoutMs = 150_000;

const sleep = (milliseconds: number) => new Promise<void>((go) => setTimeout(go, milliseconds));

describe.skipIf(withoutFleet)(`random sets of units on a real fleet (CORESHIP_FLEET_SEED=${seed})`, () => {
  let client: FleetClient;
  let close: () => Promise<void>;
  let machines: readonly Machine[];
  const takeSnapshot = (): Promise<Snapshot> =>
    shareSnapshots(client, { now: () => performance.now(), sleep }, () => undefined).fresh();

  beforeAll(async () => {
    await clearLab();
    await startFleet();
    // The sets ask for disks and zones.
    const metadata = ['zone=a,disk=ssd', 'zone=a,disk=hdd', 'zone=b'];
    const all = await labMachines();
    await Promise.all(
      all.map((machine, index) =>
        scriptOn(
          machine,
          'sed -i "s/^metadata=.*/metadata=\\"$1\\"/" /etc/fleet/fleet.conf; systemctl restart fleet',
          [metadata[index] ?? ''],
        ),
      ),
    );
    ({ client, close } = await openFleet());
    for (;;) {
      const alive = await client.machines();
      machines = alive.map(({ id, metadata: has = {} }) => ({ id, metadata: has }));
      if (machines.length === all.length && machines.some((machine) => machine.metadata['disk'] === 'hdd'))
        break;
      await sleep(250);
    }
  });

  afterAll(async () => {
    await close();
    await stopFleet();
  });

  it('go one after another to the machines that place() foretells', async () => {
    const simple = (units: readonly WrittenUnit[]) =>
      units.filter(({ options }) => options.every(({ name }) => !['Global', 'Replaces'].includes(name)));
    let compared = 0;
    for (const units of draw('o', Math.ceil(count / 2), machines).map(simple)) {
      for (const unit of units.filter(({ options }) => refusals(options).length === 0)) {
        const before = await takeSnapshot();
        const homes = allHomes(before);
        const known = [...[...before.units.values()].map(asPlaced), asPlaced(unit)];
        const predicted = place({ units: known, machines, current: homes, fixed: homes }).placed.get(
          unit.name,
        );
        // Where one has to wait, the next may bring it along, and fleet's choice is chance.
        if (!predicted) break;
        await client.put(unit.name, 'loaded', unit.options);
        expect(await homeOf(unit.name), unit.name).toBe(predicted[0]);
        compared += 1;
      }
    }
    process.stderr.write(`fleet's choice was the one predicted for ${compared} units\n`);
    expect(compared).toBeGreaterThan(count / 4);
  });

  it('come to rest where the rules allow it, and only those that have no machine are left out', async () => {
    const sets = draw('s', count, machines);
    const wrong: string[] = [];
    for (const unit of sets.flat()) {
      const refusal = refusals(unit.options)[0]?.message;
      const answer = await client.put(unit.name, 'loaded', unit.options).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      const same =
        refusal === undefined ? answer === undefined : answer?.includes(`: ${refusal} (answer 400)`);
      if (!same) wrong.push(`${unit.name}: predicted ${refusal ?? 'accepted'}, was ${answer ?? 'accepted'}`);
    }
    const { last, changedAt } = await watchUntilRest(takeSnapshot);
    const accepted = sets.map((units) => units.filter(({ options }) => refusals(options).length === 0));
    const calm = accepted.filter((units) =>
      units.every(({ name }) => last.at - (changedAt.get(name) ?? 0) >= restMs),
    );
    const named = machines.map((machine) => ({ ...machine, name: machine.id, addresses: {} }));
    const { unplaced } = toObservation(last.snapshot, named, () => true);
    for (const units of calm)
      wrong.push(...disagreements(units.map(asPlaced), machines, allHomes(last.snapshot), unplaced));
    process.stderr.write(
      `${count} sets, ${accepted.flat().length} units: ${calm.length} came to rest, ${unplaced.length} units without a machine, ${wrong.length} disagreements\n`,
    );
    expect(wrong).toEqual([]);
    const restless = accepted.filter((units) => !calm.includes(units));
    expect(
      restless.filter((units) => units.every((unit) => asPlaced(unit).rules.replaces.length === 0)),
    ).toEqual([]);
  }, 300_000);

  async function homeOf(name: string): Promise<string | undefined> {
    const deadline = performance.now() + 15_000;
    for (;;) {
      const home = (await client.units()).find((unit) => unit.name === name)?.machineID;
      if (home !== undefined || performance.now() > deadline) return home;
      await sleep(100);
    }
  }
});

function draw(kind: string, size: number, machines: readonly Machine[]): readonly (readonly WrittenUnit[])[] {
  const ids = machines.map(({ id }) => id);
  return Array.from({ length: size }, (_, index) => {
    const units = arbitraryWrittenUnits(`${kind}${index}-`, ids).filter(({ length }) => length > 2);
    return fc.sample(units, { seed: seed + index, numRuns: 1 }).flat();
  });
}

/** Looks until nothing has changed for a while; tells when each unit was last seen to change its machine. */
async function watchUntilRest(takeSnapshot: () => Promise<Snapshot>) {
  const began = performance.now();
  const changedAt = new Map<string, number>();
  let before: ReadonlyMap<string, readonly string[]> = new Map();
  let states: readonly string[] = [];
  let quietSince = began;
  for (;;) {
    const now = await takeSnapshot();
    const at = performance.now();
    const homes = allHomes(now);
    // Agents that are slow to unload what was moved come late to global units.
    const published = [...now.states.values()].flat().map(({ name, machineID }) => `${name} on ${machineID}`);
    if (String(published.sort()) !== String(states)) quietSince = at;
    states = published;
    for (const name of new Set([...before.keys(), ...homes.keys()])) {
      if (String(before.get(name)) === String(homes.get(name))) continue;
      changedAt.set(name, at);
      quietSince = at;
    }
    before = homes;
    if (at - quietSince >= restMs || at - began >= timeoutMs)
      return { last: { snapshot: now, at }, changedAt };
    await sleep(500);
  }
}

/** Everything about one set that fleet did and our rules do not foresee. */
function disagreements(
  units: readonly PlacedUnit[],
  machines: readonly Machine[],
  homes: ReadonlyMap<string, readonly string[]>,
  unplaced: readonly { readonly name: string; readonly reasons: readonly string[] }[],
): readonly string[] {
  const own = new Map(units.flatMap(({ name }) => (homes.has(name) ? [[name, homes.get(name) ?? []]] : [])));
  const task = { units, machines, current: own };
  // A global unit goes by itself to every machine that allows it; others stay where fleet has put them.
  const fixed = new Map(
    [...own].filter(([name]) => !units.some((unit) => unit.name === name && unit.rules.global)),
  );
  const { placed } = place({ ...task, fixed });
  const ours = new Map([...placed].map(([name, where]) => [name, [...where].sort()]));
  return [
    ...breaches(units, machines, own),
    ...units
      .filter(({ name }) => String(ours.get(name) ?? []) !== String([...(own.get(name) ?? [])].sort()))
      .map(
        ({ name }) =>
          `${name}: place() says ${ours.get(name) ?? 'nowhere'}, fleet says ${own.get(name) ?? 'nowhere'}`,
      ),
    ...units
      .filter(({ name, rules }) => !rules.global && !own.has(name))
      .filter(({ name }) => (unplaced.find((one) => one.name === name)?.reasons.length ?? 0) === 0)
      .map(({ name }) => `${name}: status could not say why it has no machine`),
  ];
}

/** Where fleet has every unit that is somewhere. */
function allHomes(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const pairs = [...snapshot.units.values()].map((unit) => [unit.name, machinesOf(unit, snapshot)] as const);
  return new Map(pairs.filter(([, homes]) => homes.length > 0));
}

function asPlaced({ name, options }: WrittenUnit): PlacedUnit {
  return { name, rules: readRules(options, name) };
}
