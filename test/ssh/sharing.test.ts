import { describe, expect, it } from 'vitest';
import { createBastions } from '../../src/ssh/bastions.ts';
import type { Connection, Target } from '../../src/ssh/connection.ts';
import { createPool } from '../../src/ssh/pool.ts';
import { eventually } from '../support/eventually.ts';

/** Opens fakes, writes down what is opened and closed, and fails for a host named `down`. */
function fakeConnect() {
  const log: string[] = [];
  const losses: (() => void)[] = [];
  const connect = async ({ name, host }: Target): Promise<Connection> => {
    log.push(`open ${name}`);
    await Promise.resolve();
    if (host === 'down') throw new Error('down');
    return {
      run: () => Promise.reject(new Error('not here')),
      openTcp: () => Promise.reject(new Error('not here')),
      openCommand: () => Promise.reject(new Error('not here')),
      openUnix: () => Promise.reject(new Error('not here')),
      close: () => Promise.resolve(void log.push(`close ${name}`)),
      closed: new Promise((resolve) => losses.push(resolve)),
    };
  };
  return { log, losses, connect };
}

const m1 = { name: 'm1', host: 'a' };
const m2 = { name: 'm2', host: 'a' };

describe('createPool', () => {
  it('opens one connection for each name, though asked at the same time', async () => {
    const { log, connect } = fakeConnect();
    const pool = createPool(connect);
    const [first, second] = await Promise.all([pool.get(m1), pool.get(m1), pool.get(m2)]);
    expect(first).toBe(second);
    expect(log).toEqual(['open m1', 'open m2']);
  });

  it('tries again after a failure', async () => {
    const { log, connect } = fakeConnect();
    const pool = createPool(connect);
    await expect(pool.get({ name: 'm1', host: 'down' })).rejects.toThrow('down');
    await pool.get(m1);
    expect(log).toEqual(['open m1', 'open m1']);
  });

  it('connects again after a connection was lost, and keeps the others', async () => {
    const { log, losses, connect } = fakeConnect();
    const pool = createPool(connect);
    const lost = await pool.get(m1);
    const kept = await pool.get(m2);
    losses[0]?.();
    await lost.closed;
    await eventually(async () => expect(await pool.get(m1)).not.toBe(lost));
    expect(await pool.get(m2)).toBe(kept);
    expect(log).toEqual(['open m1', 'open m2', 'open m1']);
  });

  it('closes all, also what is still being opened or failed', async () => {
    const { log, connect } = fakeConnect();
    const pool = createPool(connect);
    await pool.get(m1);
    const failing = expect(pool.get({ name: 'm3', host: 'down' })).rejects.toThrow('down');
    void pool.get(m2);
    await pool.closeAll();
    await failing;
    expect(log).toEqual(['open m1', 'open m3', 'open m2', 'close m1', 'close m2']);
  });
});

describe('createBastions', () => {
  it('shares a connection until the last user has left', async () => {
    const { log, connect } = fakeConnect();
    const bastions = createBastions(connect);
    const [one, two] = await Promise.all([bastions.lease(m1), bastions.lease(m2)]);
    expect(one.connection).toBe(two.connection);
    one.release();
    one.release();
    await Promise.resolve();
    expect(log).toEqual(['open m1']);
    two.release();
    await eventually(() => expect(log).toEqual(['open m1', 'close m1']));
    await bastions.lease(m1);
    expect(log).toEqual(['open m1', 'close m1', 'open m1']);
  });

  it('lets one user give up without taking the connection from another', async () => {
    const { log, connect } = fakeConnect();
    const bastions = createBastions(connect);
    const abort = new AbortController();
    const given = bastions.lease(m1, abort.signal);
    const kept = bastions.lease(m1);
    abort.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    const { connection, release } = await kept;
    expect(connection).toBeDefined();
    expect(log).toEqual(['open m1']);
    release();
    await eventually(() => expect(log).toEqual(['open m1', 'close m1']));
  });

  it('forgets a bastion that could not be reached', async () => {
    const { log, connect } = fakeConnect();
    const bastions = createBastions(connect);
    const down = { name: 'b', host: 'down' };
    await expect(bastions.lease(down)).rejects.toThrow('down');
    await expect(bastions.lease(down)).rejects.toThrow('down');
    expect(log).toEqual(['open b', 'open b']);
  });
});
