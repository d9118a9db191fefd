import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CoreshipError } from '../../../src/errors.ts';
import { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import { type EntryOptions, engineOn, pair, recordedMachines } from './fleet-engine-fixture.ts';

const open: FakeFleetd[] = [];

async function fleet(entries: (fleetd: FakeFleetd) => Readonly<Record<string, EntryOptions | 'dead'>>) {
  const fleetd = await new FakeFleetd(recordedMachines).listen();
  open.push(fleetd);
  return { fleetd, ...engineOn(fleetd, entries(fleetd)) };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((fleetd) => fleetd.close()));
});

const refused = () => Promise.reject(new Error('open failed'));
const found = (stdout: string) => () => Promise.resolve({ status: 0, stdout, stderr: '' });

async function failure(promise: Promise<unknown>): Promise<CoreshipError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CoreshipError) return error;
  throw new Error(`not refused with an error of coreship: ${String(error)}`);
}

describe('entering a fleet cluster', () => {
  it('takes the next entry where the first is dead', async () => {
    const { engine } = await fleet(() => ({ c1: 'dead', c2: {} }));
    expect((await engine.observe([])).machines).toHaveLength(3);
  });

  it('names every entry where none answers', async () => {
    const { engine } = await fleet(() => ({ c1: 'dead', c2: 'dead' }));
    const error = await failure(engine.observe([]));
    expect(error.message).toBe('no entry of the cluster answers: c1, c2');
    expect(error.details).toEqual(['c1: c1 is dead', 'c2: c2 is dead']);
  });

  it('names an entry once, where its error names it already', async () => {
    const none = { openUnix: refused, run: found('missing\n') };
    const { engine } = await fleet(() => ({ c1: none, c2: none }));
    const error = await failure(engine.observe([]));
    expect(error.details).toEqual(
      ['c1', 'c2'].map((name) => `${name}: there is no socket /var/run/fleet.sock`),
    );
  });

  it('continues through the next entry when the one in use is lost', async () => {
    const first: { alive: boolean } = { alive: true };
    const { engine, fleetd, told } = await fleet((fake) => ({
      c1: {
        openUnix: () =>
          first.alive ? Promise.resolve(connect(fake.socket)) : Promise.reject(new Error('gone')),
      },
      c2: {},
    }));
    await engine.observe([]);
    first.alive = false;
    fleetd.disturbances.push('hang up', 'hang up');
    await engine.install('', pair);
    expect(new Set(fleetd.units.keys())).toEqual(new Set(pair.map(({ name }) => name)));
    expect(told).toContain('c1 does not answer; entering through c2');
  });

  it.each([
    [
      503,
      'fleet server unable to communicate with etcd',
      'waiting for fleet: fleet server unable to communicate with etcd',
    ],
    [500, '', 'waiting for fleet: fleet cannot read or write this in etcd'],
  ])('waits while fleet answers %i, and says what for', async (status, message, line) => {
    const { engine, fleetd, told } = await fleet(() => ({ c1: {} }));
    await engine.observe([]);
    const answer = { status, body: { error: { code: status, message } } };
    fleetd.disturbances.push(answer, answer, answer, answer);
    expect((await engine.observe([])).machines).toHaveLength(3);
    expect(told.some((one) => one.startsWith(line))).toBe(true);
  });

  it('uses fleetctl where sshd does not forward streams', async () => {
    const ran: unknown[] = [];
    const { engine } = await fleet((fake) => ({
      c1: {
        openUnix: refused,
        run: found('open\n/usr/bin/fleetctl\n'),
        openCommand: ({ words }) => {
          ran.push(words);
          return Promise.resolve(connect(fake.socket));
        },
      },
    }));
    expect((await engine.observe([])).machines).toHaveLength(3);
    expect(ran[0]).toEqual(['/usr/bin/fleetctl', 'fd-forward', '/var/run/fleet.sock']);
  });

  it.each([
    ['missing\n', 'c1: there is no socket /var/run/fleet.sock', /fleet\.socket.*`socket` in coreship\.yaml/],
    ['closed\n', 'c1: the login user may not use /var/run/fleet.sock', /SocketGroup=/],
    ['open\n', 'c1: sshd does not forward streams to /var/run/fleet.sock', /AllowStreamLocalForwarding yes/],
  ])('says what to change where fleet cannot be reached: %j', async (stdout, message, hint) => {
    const { engine } = await fleet(() => ({ c1: { openUnix: refused, run: found(stdout) } }));
    const error = await failure(engine.observe([]));
    expect(error.message).toBe(message);
    expect(error.hint).toMatch(hint);
  });

  it('shows fleet’s message and what it means', async () => {
    const { engine } = await fleet(() => ({ c1: {} }));
    const unit = {
      name: 'a.service',
      text: '[Service]\nExecStart=/bin/true\n\n[X-Fleet]\nGlobal=true\nMachineOf=b.service\n',
    };
    const error = await failure(engine.install('', [unit]));
    expect(error.message).toBe(
      'fleet could not set a.service to inactive: Global cannot be used with Peers (answer 400)',
    );
    expect(error.hint).toMatch(/keep one of the two/);
  });
});
