import { describe, expect, it } from 'vitest';
import { systemdEngine } from '../../../src/engines/systemd/engine.ts';
import { CoreshipError } from '../../../src/errors.ts';
import type { CommandResult, RemoteCommand } from '../../../src/ssh/connection.ts';
import { FakeConnection } from '../../fakes/fake-connection.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The output of the observe script: facts, files, and the blocks of `systemctl show`. */
function snapshot(
  id: string,
  lines: readonly string[] = [],
  ...shown: readonly Record<string, string>[]
): string {
  const blocks = shown.map((block) =>
    Object.entries({
      LoadState: 'loaded',
      ActiveState: 'active',
      SubState: 'running',
      Result: 'success',
      ...block,
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return [`machine-id ${id}\n`, ...lines.map((line) => `${line}\n`), blocks.join('\n')].join('');
}

/** An engine over machines whose observe scripts print this. */
function clusterOf(answers: Readonly<Record<string, string | Partial<CommandResult> | Error>>) {
  const connections = new Map<string, FakeConnection>();
  const machines = Object.entries(answers).map(([name, answer]) => {
    const connection = new FakeConnection(() => {
      if (answer instanceof Error) throw answer;
      return typeof answer === 'string' ? { stdout: answer } : answer;
    });
    connections.set(name, connection);
    const connect = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(connection));
    return { name, metadata: { disk: 'ssd' }, connect };
  });
  return { engine: systemdEngine({ project: 'tutorial', machines }), connections };
}

describe('observe', () => {
  it('reads machines, their addresses, and the units of the project with their texts', async () => {
    const environment = `# facts\nCOREOS_PRIVATE_IPV4=10.0.0.1\nCOREOS_PUBLIC_IPV4="192.0.2.1"\n`;
    const { engine } = clusterOf({
      m1: snapshot(
        'id1',
        [`environment ${base64(environment)}`, `file a@1.service ${base64('[Service]\nExecStart=/ü\n')}`],
        { Id: 'a@1.service', MainPID: '7' },
      ),
    });
    const seen = await engine.observe([]);
    expect(seen.machines).toEqual([
      {
        id: 'id1',
        name: 'm1',
        metadata: { disk: 'ssd' },
        addresses: { private: '10.0.0.1', public: '192.0.2.1' },
      },
    ]);
    expect(seen.units).toMatchObject([
      {
        name: 'a@1.service',
        machine: 'id1',
        active: 'active',
        mainPid: 7,
        text: '[Service]\nExecStart=/ü\n',
      },
    ]);
    expect([seen.foreign, seen.unreachable]).toEqual([[], []]);
  });

  it('does without addresses where the machine does not say them', async () => {
    const { engine } = clusterOf({
      m1: snapshot('id1'),
      m2: snapshot('id2', [`environment ${base64('COREOS_PRIVATE_IPV4=\n')}`]),
    });
    expect((await engine.observe([])).machines.map(({ addresses }) => addresses)).toEqual([{}, {}]);
  });

  it('sees a unit once although it is both there and asked about', async () => {
    const block = { Id: 'a.service' };
    const { engine } = clusterOf({ m1: snapshot('id1', [`file a.service ${base64('x')}`], block, block) });
    expect((await engine.observe(['a.service'])).units).toHaveLength(1);
  });

  it.each<[name: string, block: Record<string, string>, foreign: boolean]>([
    [
      'a file of that name',
      { FragmentPath: '/etc/systemd/system/a@1.service', ActiveState: 'inactive' },
      true,
    ],
    ['one that the system ships', { FragmentPath: '/lib/systemd/system/a@1.service' }, true],
    ['a masked unit', { LoadState: 'masked', ActiveState: 'inactive' }, true],
    ['a running instance of somebody’s template', { FragmentPath: '/etc/systemd/system/a@.service' }, true],
    [
      'a stopped instance of somebody’s template',
      { FragmentPath: '/etc/systemd/system/a@.service', ActiveState: 'inactive' },
      false,
    ],
    ['nothing at all', { LoadState: 'not-found', ActiveState: 'inactive' }, false],
  ])('tells what is in the way: %s', async (_, block, isForeign) => {
    const { engine } = clusterOf({ m1: snapshot('id1', [], { Id: 'a@1.service', ...block }) });
    const { foreign, units } = await engine.observe(['a@1.service']);
    const file = block['FragmentPath'] ?? '';
    expect(foreign).toEqual(isForeign ? [{ name: 'a@1.service', machine: 'id1', file }] : []);
    expect(units).toEqual([]);
  });

  it('names what is in the way as it was asked for, also where that is an alias', async () => {
    const block = {
      Id: 'nginx.service',
      Names: 'nginx.service web.service',
      FragmentPath: '/lib/nginx.service',
    };
    const { engine } = clusterOf({ m1: snapshot('id1', [], block) });
    expect((await engine.observe(['web.service'])).foreign).toMatchObject([{ name: 'web.service' }]);
  });

  it.each<[active: string, seen: boolean]>([
    ['inactive', false],
    ['failed', false],
    ['active', true],
    ['activating', true],
  ])('of a link whose file is gone and whose unit is %s: seen %s', async (active, seen) => {
    const { engine } = clusterOf({
      m1: snapshot('id1', ['file a.service'], { Id: 'a.service', ActiveState: active }),
    });
    const { units } = await engine.observe([]);
    expect(units.map(({ name, text }) => ({ name, text }))).toEqual(
      seen ? [{ name: 'a.service', text: undefined }] : [],
    );
  });

  it('names machines that do not answer, with reason and hint, and sees the others', async () => {
    const refused = new CoreshipError('failed', 'm1: connection refused', {
      details: ['port 22'],
      hint: 'is it up?',
    });
    const { engine } = clusterOf({
      m1: refused,
      m2: { status: 127, stderr: 'sh: systemctl: not found\n' },
      m3: snapshot('id3'),
    });
    const seen = await engine.observe([]);
    expect(seen.machines.map(({ name }) => name)).toEqual(['m3']);
    expect(seen.unreachable).toEqual([
      { name: 'm1', reason: 'm1: connection refused\nport 22', hint: 'is it up?' },
      {
        name: 'm2',
        reason: 'm2: could not read its units (status 127)\nsh: systemctl: not found',
        hint: 'the machine must run systemd',
      },
    ]);
  });

  it('refuses two machines with one id', async () => {
    const { engine } = clusterOf({ m1: snapshot('same'), m2: snapshot('same') });
    await expect(engine.observe([])).rejects.toMatchObject({
      code: 'failed',
      message: 'm1 and m2 have the same machine id same',
    });
  });

  it('asks each machine one command, as root, with the desired names as words', async () => {
    const { engine, connections } = clusterOf({ m1: snapshot('id1') });
    await engine.observe(['a.service', 'b.service']);
    const [command, ...more] = connections.get('m1')?.commands ?? [];
    expect(more).toEqual([]);
    expect(command?.root).toBe(true);
    expect(command?.words.slice(-3)).toEqual(['coreship-tutorial.target', 'a.service', 'b.service']);
  });
});

describe('a command on a machine', () => {
  async function engineWith(answer: (command: RemoteCommand) => Partial<CommandResult>) {
    let observed = false;
    const connection = new FakeConnection((command) => {
      if (observed) return answer(command);
      observed = true;
      return { stdout: snapshot('id1') };
    });
    const machine = { name: 'm1', metadata: {}, connect: () => Promise.resolve(connection) };
    const engine = systemdEngine({ project: 'tutorial', machines: [machine] });
    await engine.observe([]);
    return { engine, connection };
  }

  it('that fails names machine and units, with its last words', async () => {
    const { engine } = await engineWith(() => ({ status: 1, stderr: 'one\ntwo\n' }));
    await expect(engine.start('id1', ['a.service', 'b.service'])).rejects.toMatchObject({
      code: 'failed',
      message: 'm1: could not start a.service b.service (status 1)',
      details: ['one', 'two'],
    });
  });

  it('sends texts on standard input, never as words', async () => {
    const { engine, connection } = await engineWith(() => ({}));
    await engine.install('id1', [{ name: 'a.service', text: "[Service]\nExecStart=/bin/sh -c '$(id)'\n" }]);
    const command = connection.commands.at(-1);
    expect(command?.words.join(' ')).not.toContain('$(id)');
    expect(command?.stdin).toBe(`a.service ${base64("[Service]\nExecStart=/bin/sh -c '$(id)'\n")}\n`);
  });

  it('reads a journal without its empty lines', async () => {
    const { engine } = await engineWith(() => ({ stdout: 'one\n\ntwo\n' }));
    expect(await engine.journal('id1', 'a.service', 10)).toEqual(['one', 'two']);
  });

  it('needs no observation first: machines are asked for their ids, once', async () => {
    const answers = { m1: { stdout: 'id1\n' }, m2: { stdout: 'id2\n' } };
    const { engine, connections } = clusterOf(answers);
    await Promise.all([engine.journal('id2', 'a.service', 10), engine.run('id1', ['true'])]);
    await engine.run('id2', ['true']);
    const commands = ['m1', 'm2'].map((name) => connections.get(name)?.commands.map(({ words }) => words[0]));
    expect(commands).toEqual([
      ['cat', 'true'],
      ['cat', 'journalctl', 'true'],
    ]);
  });

  it('for a machine id that nobody answers with names the machines that do not answer', async () => {
    const { engine } = clusterOf({ m1: { stdout: 'id1\n' }, m2: new Error('m2 cannot be reached') });
    await expect(engine.stop('id2', ['a.service'])).rejects.toMatchObject({
      code: 'failed',
      message: 'no machine of the cluster answers with the machine id id2',
      details: ['m2 cannot be reached'],
    });
  });

  it('finds a machine that answers only later', async () => {
    let tries = 0;
    const connection = new FakeConnection(() => ({ stdout: 'id1\n' }));
    const connect = async () => {
      tries += 1;
      if (tries === 1) throw new Error('m1 cannot be reached');
      return connection;
    };
    const engine = systemdEngine({ project: 'p', machines: [{ name: 'm1', metadata: {}, connect }] });
    await expect(engine.run('id1', ['true'])).rejects.toMatchObject({ code: 'failed' });
    expect(await engine.run('id1', ['true'])).toBe('id1\n');
  });
});
