import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { type FleetClient, fleetClient } from '../../../src/engines/fleet/client.ts';
import { fleetEntries } from '../../../src/engines/fleet/entries.ts';
import { labUp } from '../../../src/lab/lab-up.ts';
import { createConnect } from '../../../src/ssh/connect.ts';
import { eventually } from '../eventually.ts';
import { repository } from '../repository.ts';
import { givenProgram, labBin } from './lab-programs.ts';
import { labDescription, machines, scriptOn, scriptOnAll, testLab, withoutLab } from './test-lab.ts';

const given = givenProgram('fleetd');
if (!given) process.stderr.write('fleet tests skipped: CORESHIP_LAB_BIN names no folder with fleetd\n');

/** Whether no fleet can run here: the condition for `describe.skipIf`. */
export const withoutFleet = withoutLab || !given;

/** Makes the tests' lab a fleet cluster. */
export async function startFleet(): Promise<void> {
  const images = ['apache', 'nginx_lb'].map((image) => {
    return { name: `example/${image}`, context: join(repository, 'images', image) };
  });
  if (labBin !== undefined) await labUp({ name: testLab, images, bin: labBin }, () => undefined);
}

/** Makes it a plain lab again: no unit of fleet's is left, nor anything of its registry. */
export async function stopFleet(): Promise<void> {
  const [first] = await machines();
  if (first) {
    await scriptOn(first, 'fleetctl list-unit-files --no-legend --fields=unit | xargs -r fleetctl destroy');
  }
  // Asked to end, fleet stops and unloads what it runs; what it has lost sight of goes with its folder.
  await scriptOnAll(
    'systemctl disable --now fleet.socket fleet.service; rm -rf /etc/fleet /run/fleet/units; systemctl daemon-reload',
  );
  await scriptOnAll(
    'curl -s -o /dev/null -X DELETE "http://127.0.0.1:2379/v2/keys/_coreos.com?recursive=true"',
  );
}

/** Waits until every machine's fleet knows of every machine again: after a fault, before the next test. */
export async function fleetWhole(): Promise<void> {
  const all = await machines();
  const seesAll = async (): Promise<void> => {
    const lists = await Promise.all(
      all.map((machine) => scriptOn(machine, 'fleetctl list-machines --no-legend')),
    );
    const whole = lists.every((list) => list.trim().split('\n').length === all.length);
    if (!whole) throw new Error(`machines as each fleet sees them:\n${lists.join('\n')}`);
  };
  await eventually(seesAll, 'every fleet sees every machine');
}

/** A client of the cluster's API, by its first machine. */
export async function openFleet(): Promise<{
  readonly client: FleetClient;
  readonly close: () => Promise<void>;
}> {
  const { machines: entries, identityFile, knownHostsFile } = await labDescription();
  const connect = createConnect();
  const fleet = fleetEntries({
    entries: entries.map(({ name, address, user, port }) => ({
      name,
      address,
      connect: () =>
        connect({
          name,
          host: address,
          user,
          port,
          identityFiles: [identityFile],
          knownHostsFiles: [knownHostsFile],
        }),
    })),
    socket: '/var/run/fleet.sock',
    clock: systemClock,
    tell: (line) => process.stderr.write(`${line}\n`),
  });
  return { client: fleetClient(fleet.request), close: fleet.close };
}
