import { connect } from 'node:net';
import { fleetEngine } from '../../../src/engines/fleet/engine.ts';
import type { Connection } from '../../../src/ssh/connection.ts';
import type { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import type { FakeMachine } from '../../fakes/fleet-machines.ts';

const id = (number: number): string => `machine${number}`.padEnd(32, '0');

/** The machines of the recordings, in the order of their ids. */
export const recordedMachines: readonly FakeMachine[] = [
  { id: id(1000), metadata: { disk: 'ssd', node: 'c1', region: 'lab', zone: 'a' }, primaryIP: '10.99.0.11' },
  { id: id(3000), metadata: { disk: 'ssd', node: 'c3', region: 'lab', zone: 'b' }, primaryIP: '10.99.0.13' },
  { id: id(2000), metadata: { disk: 'hdd', node: 'c2', region: 'lab', zone: 'a' }, primaryIP: '10.99.0.12' },
];

/** How an entry behaves in a test. */
export interface EntryOptions {
  readonly openUnix?: Connection['openUnix'];
  readonly openCommand?: Connection['openCommand'];
  readonly run?: Connection['run'];
}

/** An engine on a fake fleetd whose cluster moves on a round with each quarter of a second that is slept. */
export function engineOn(
  fleetd: FakeFleetd,
  entries: Readonly<Record<string, EntryOptions | 'dead'>> = { c1: {} },
) {
  const told: string[] = [];
  let time = 0;
  const sleep = (milliseconds: number): Promise<void> => {
    time += milliseconds;
    fleetd.step(Math.max(1, Math.round(milliseconds / 250)));
    return Promise.resolve();
  };
  const engine = fleetEngine({
    entries: Object.entries(entries).map(([name, options], index) => ({
      name,
      address: recordedMachines[index]?.primaryIP ?? '',
      connect: () =>
        options === 'dead'
          ? Promise.reject(new Error(`${name} is dead`))
          : Promise.resolve(fakeConnection(fleetd, options)),
    })),
    socket: '/var/run/fleet.sock',
    clock: { now: () => time, sleep },
    tell: (line) => told.push(line),
    owns: (unit) => /^(apache|apache-discovery)@|^nginx_lb\./.test(unit),
    wantsAddresses: false,
    connectThrough: () => Promise.reject(new Error('not here')),
  });
  return { engine, told, sleep, now: () => time };
}

function fakeConnection(fleetd: FakeFleetd, options: EntryOptions): Connection {
  return {
    run: options.run ?? (() => Promise.reject(new Error('no command here'))),
    openCommand: options.openCommand ?? (() => Promise.reject(new Error('no command here'))),
    openTcp: () => Promise.reject(new Error('no port here')),
    openUnix: options.openUnix ?? (() => Promise.resolve(connect(fleetd.socket))),
    close: () => Promise.resolve(),
    closed: new Promise(() => undefined),
  };
}

/** A main unit and its sidekick, as the tutorial writes them. */
export const pair = [
  {
    name: 'apache@7777.service',
    text: '[Unit]\nRequires=apache-discovery@%i.service\n\n[Service]\nExecStart=/bin/sleep 3600\n\n[X-Fleet]\nX-Conflicts=apache@*.service\n',
  },
  {
    name: 'apache-discovery@7777.service',
    text: '[Unit]\nBindsTo=apache@%i.service\nAfter=apache@%i.service\n\n[Service]\nExecStart=/bin/sleep 3600\n\n[X-Fleet]\nX-ConditionMachineOf=apache@%i.service\n',
  },
] as const;
