import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnect } from '../../src/ssh/connect.ts';
import type { Connection, Target } from '../../src/ssh/connection.ts';
import { listenTcp } from '../../src/ssh/listen.ts';
import { makeKey, resolveWith, type Sshd, sshdMissing, startSshd } from '../ssh/sshd.ts';
import { eventually } from '../support/eventually.ts';

const missing = sshdMissing();
if (missing !== undefined) process.stderr.write(`ssh tests skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)('a real sshd', () => {
  let sshd: Sshd;
  let connection: Connection;
  const servers: Server[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    connection = await connect(sshd.target);
  });
  afterAll(async () => {
    await connection.close();
    for (const server of servers) server.close();
    await sshd.stop();
  });

  /** Connects with only these lines as the ssh configuration. */
  const connect = (target: Target, config = '', signal?: AbortSignal) =>
    createConnect(resolveWith(sshd.dir, config))(target, signal);

  /** What a connection to this target says; closed again where it works against expectation. */
  const failure = async (target: Target, config = '') => {
    try {
      const unexpected = await connect(target, config);
      await unexpected.close();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  /** A server on loopback that does this with each connection. */
  const serve = async (
    onConnection: (socket: Socket) => void,
    at: { port: number } | string = { port: 0 },
  ) => {
    const server = createServer({ allowHalfOpen: true }, onConnection);
    servers.push(server);
    if (typeof at === 'string') server.listen(at);
    else server.listen(at.port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  };

  /** A port that leads to another, and can be cut off. */
  const relay = async (to: number) => {
    const sockets: Socket[] = [];
    const port = await serve((socket) => {
      const up = dial(to, '127.0.0.1');
      socket.pipe(up).pipe(socket);
      for (const end of [socket, up]) sockets.push(end.on('error', () => {}));
    });
    return { port, cut: () => sockets.forEach((socket) => void socket.destroy()) };
  };

  /** The target through another port, trusting the same key. */
  const through = (port: number): Target => ({
    ...sshd.target,
    port,
    knownHostsFiles: [sshd.knownHosts(`[127.0.0.1]:${port} ${sshd.hostKey('ed25519')}`)],
  });

  describe('run', () => {
    it('hands words on as they are', async () => {
      const result = await connection.run({ words: ['printf', '%s|', "it's", '$HOME', 'a  b', ''] });
      expect(result).toEqual({ status: 0, stdout: "it's|$HOME|a  b||", stderr: '' });
    });

    it('keeps stdout, stderr and the status apart', async () => {
      const result = await connection.run({ words: ['sh', '-c', 'echo out; echo err >&2; exit 3'] });
      expect(result).toEqual({ status: 3, stdout: 'out\n', stderr: 'err\n' });
    });

    it('gives 128 and the number of the signal', async () => {
      const { status } = await connection.run({ words: ['sh', '-c', 'kill -TERM $$'] });
      expect(status).toBe(143);
    });

    it('feeds standard input', async () => {
      const script = 'echo "ünïcode"\nexit 4\n';
      expect(await connection.run({ words: ['sh', '-s'], stdin: script })).toMatchObject({
        status: 4,
        stdout: 'ünïcode\n',
      });
    });

    it('ends the input of a command that reads it, though there is none', async () => {
      expect(await connection.run({ words: ['cat'] })).toMatchObject({ status: 0, stdout: '' });
    });

    it('carries more than a window both ways', async () => {
      const stdin = 'x'.repeat(5 * 1024 * 1024);
      const { stdout } = await connection.run({ words: ['cat'], stdin });
      expect(stdout.length).toBe(stdin.length);
    });

    it('is not disturbed by a command that ignores its input', async () => {
      const stdin = 'x'.repeat(5 * 1024 * 1024);
      expect(await connection.run({ words: ['true'], stdin })).toMatchObject({ status: 0 });
    });

    it('queues what sshd would refuse', async () => {
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, id) => connection.run({ words: ['echo', String(id)] })),
      );
      expect(results.map((result) => result.stdout)).toEqual(
        Array.from({ length: 40 }, (_, id) => `${id}\n`),
      );
    });

    it.each([
      // Without a start-up file the shells end so fast that sshd still counts sessions that are over.
      ['ends quickly', 'SetEnv HOME=/nonexistent', 200],
      ['allows few sessions', 'MaxSessions 2', 12],
    ])('never fails for want of a session where sshd %s', async (_what, config, count) => {
      const other = await startSshd(config);
      const many = await connect(other.target);
      const results = await Promise.all(
        Array.from({ length: count }, (_, id) => many.run({ words: ['echo', String(id)] })),
      );
      await many.close();
      await other.stop();
      expect(results.map((result) => result.stdout)).toEqual(
        Array.from({ length: count }, (_, id) => `${id}\n`),
      );
    });

    it('says that there are no sessions to be had', async () => {
      const other = await startSshd('MaxSessions 0');
      const none = await connect(other.target);
      const error = await none.run({ words: ['true'] }).catch((reason: unknown) => reason);
      await none.close();
      await other.stop();
      expect(error).toMatchObject({ message: 'm1 refused a session for running `true`' });
    });

    it('gives up after the time-out, naming machine and command, and goes on working', async () => {
      const run = connection.run({ words: ['sleep', '30'] }, { timeoutMs: 50 });
      await expect(run).rejects.toThrow('m1: `sleep 30` did not end within 0.05 s');
      expect(await connection.run({ words: ['echo', 'on'] })).toMatchObject({ stdout: 'on\n' });
    });

    it('stops when aborted', async () => {
      const abort = new AbortController();
      const run = connection.run({ words: ['sleep', '30'] }, { signal: abort.signal });
      abort.abort();
      await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    });

    it('stops what waits for its turn when aborted', async () => {
      const abort = new AbortController();
      const runs = Array.from({ length: 12 }, () =>
        connection.run({ words: ['sleep', '30'] }, { signal: abort.signal }).catch((error: unknown) => error),
      );
      await connection.openTcp('127.0.0.1', sshd.port).then((stream) => stream.destroy());
      abort.abort();
      for (const error of await Promise.all(runs)) expect(error).toMatchObject({ code: 'interrupted' });
    });

    it('says that sudo is needed and does not let the user', async (context) => {
      const user = process.getuid?.() === 0 ? ordinaryUser() : sshd.target.user;
      if (user === undefined) return context.skip('no ordinary user with a shell on this machine');
      // Without PAM, sshd lets nobody in whose password is locked.
      const other = await startSshd('UsePAM yes');
      chmodSync(other.dir, 0o755);
      const ordinary = await connect({ ...other.target, user });
      const { status } = await ordinary.run({ words: ['sudo', '-n', 'true'] });
      const refused = ordinary.run({ words: ['id', '-u'], root: true }).catch((error: unknown) => error);
      const outcome = await refused;
      await ordinary.close();
      await other.stop();
      if (status === 0) return context.skip(`${user} may use sudo here`);
      expect(outcome).toMatchObject({
        code: 'failed',
        message: expect.stringMatching(new RegExp(`^m1: .*${user}.*\\bid -u\\b`)),
        hint: expect.stringMatching(/install sudo|NOPASSWD/),
      });
    });

    it.skipIf(process.getuid?.() !== 0)('needs no sudo where the login user is root', async () => {
      // On a connection of its own: sshd may still count the sessions of the commands that were aborted above.
      const own = await connect(sshd.target);
      expect(await own.run({ words: ['id', '-u'], root: true })).toMatchObject({ stdout: '0\n' });
      await own.close();
    });

    it('says that the connection was lost', async () => {
      const { port, cut } = await relay(sshd.port);
      const lossy = await connect(through(port));
      const marker = join(sshd.dir, 'lossy-runs');
      const run = lossy.run({ words: ['sh', '-c', 'touch "$1"; sleep 30', 'sh', marker] });
      const lost = expect(run).rejects.toThrow('the connection to m1 was lost while running `sh -c');
      await eventually(() => expect(readFileSync(marker, 'utf8')).toBe(''));
      cut();
      await lost;
      await lossy.closed;
      await expect(lossy.run({ words: ['true'] })).rejects.toThrow('the connection to m1 was lost');
      await expect(lossy.openUnix('/run/x')).rejects.toThrow('the connection to m1 was lost');
      await lossy.close();
    });
  });

  describe('forwards', () => {
    /** Says back in capitals what it was told, once the other side has said all. */
    const shout = (socket: Socket) => {
      let heard = '';
      socket.on('data', (chunk) => (heard += String(chunk))).on('end', () => socket.end(heard.toUpperCase()));
    };

    it('opens a TCP stream', async () => {
      const stream = await connection.openTcp('127.0.0.1', await serve(shout));
      stream.end('hello');
      expect(await text(stream)).toBe('HELLO');
    });

    it('opens a unix socket that an HTTP client can use', async () => {
      const path = join(sshd.dir, 'echo.sock');
      await serve((socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
      }, path);
      const stream = await connection.openUnix(path);
      const call = request({ path: '/', createConnection: () => stream }).end();
      const [response] = await once(call, 'response');
      expect(await text(response)).toBe('hi');
      stream.destroy();
    });

    it('says where nothing listens', async () => {
      await expect(connection.openUnix(join(sshd.dir, 'none.sock'))).rejects.toMatchObject({
        message: expect.stringMatching(/^m1 could not open a stream to .*none\.sock: /),
        hint: expect.stringContaining('check that something listens'),
      });
    });

    it('lends a local port', async () => {
      const listener = await listenTcp(() => Promise.resolve(connection), '127.0.0.1', await serve(shout));
      const answers = ['one', 'two'].map(async (word) => {
        const socket = dial(listener.port, listener.host);
        socket.end(word);
        return text(socket);
      });
      expect(await Promise.all(answers)).toEqual(['ONE', 'TWO']);

      const idle = dial(listener.port, listener.host);
      await once(idle, 'connect');
      await listener.close();
      await once(idle.resume(), 'close');
    });

    it('delivers all, also when the other side closes at once and the client reads slowly', async () => {
      const answer = 'x'.repeat(8 * 1024 * 1024);
      const port = await serve((socket) => socket.end(answer, () => socket.destroy()));
      const listener = await listenTcp(() => Promise.resolve(connection), '127.0.0.1', port);
      const socket = dial(listener.port, listener.host);
      let length = 0;
      for await (const chunk of socket) {
        length += (chunk as Buffer).length;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(length).toBe(answer.length);
      await listener.close();
    });

    it('disconnects the client of a local port where nothing listens on the other side', async () => {
      const listener = await listenTcp(() => Promise.resolve(connection), '127.0.0.1', 1);
      const socket = dial(listener.port, listener.host);
      expect(await text(socket)).toBe('');
      await listener.close();
    });
  });

  describe('host keys', () => {
    const hashed = (line: string) => {
      const file = sshd.knownHosts(line);
      execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
      expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/);
      return file;
    };
    const here = () => `[127.0.0.1]:${sshd.port}`;

    it('refuses an unknown key', async () => {
      expect(await failure({ ...sshd.target, knownHostsFiles: [sshd.knownHosts()] })).toMatchObject({
        code: 'failed',
        message: expect.stringMatching(/host key is unknown \(ssh-ed25519 SHA256:[\w+/]{43}\)$/),
        hint: expect.stringMatching(
          new RegExp(`ssh-keyscan -p ${sshd.port} 127.0.0.1 .*StrictHostKeyChecking accept-new`),
        ),
      });
    });

    it('refuses a changed key, naming the line', async () => {
      const file = sshd.knownHosts('# old', `${here()} ${otherKey()}`);
      expect(
        await failure({ ...sshd.target, knownHostsFiles: [file], unknownHostKey: 'accept-new' }),
      ).toMatchObject({
        message: expect.stringContaining(`${file}:2`),
        where: { file, line: 2 },
        hint: expect.stringContaining(`ssh-keygen -f ${file} -R '${here()}'`),
      });
    });

    it('accepts a hashed name, and refuses a changed key under it', async () => {
      const known = hashed(`${here()} ${sshd.hostKey('ed25519')}`);
      await (await connect({ ...sshd.target, knownHostsFiles: [known] })).close();
      const changed = hashed(`${here()} ${otherKey()}`);
      expect(await failure({ ...sshd.target, knownHostsFiles: [changed] })).toMatchObject({
        message: expect.stringContaining(`${changed}:1`),
      });
    });

    it.each(['ecdsa', 'rsa'] as const)('asks for the %s key where that is the one it knows', async (type) => {
      const file = sshd.knownHosts(`${here()} ${sshd.hostKey(type)}`);
      await (await connect({ ...sshd.target, knownHostsFiles: [file] })).close();
      expect(await failure({ ...sshd.target, knownHostsFiles: [file] })).toBeUndefined();
    });

    it('takes a machine without the known kind of key for a changed one', async () => {
      const rsaOnly = await startSshd('HostKeyAlgorithms rsa-sha2-512');
      const error = await failure({ ...rsaOnly.target, unknownHostKey: 'accept-new' });
      await rsaOnly.stop();
      expect(error).toMatchObject({ message: expect.stringContaining('it has none of ssh-ed25519') });
    });

    it('stores a new key where that is allowed, as ssh-keygen finds it', async () => {
      const file = join(sshd.dir, 'new', 'known_hosts');
      const target: Target = { ...sshd.target, knownHostsFiles: [file], unknownHostKey: 'accept-new' };
      await (await connect(target)).close();
      expect(execFileSync('ssh-keygen', ['-F', here(), '-f', file], { encoding: 'utf8' })).toContain(
        sshd.hostKey('ed25519'),
      );
      await (await connect({ ...target, unknownHostKey: 'refuse' })).close();
    });

    it('says so where it cannot store a new key', async () => {
      const file = join(sshd.dir, 'user', 'known_hosts');
      const error = await failure({ ...sshd.target, knownHostsFiles: [file], unknownHostKey: 'accept-new' });
      expect(error).toMatchObject({
        message: expect.stringContaining(`host keys in ${file} cannot be used`),
      });
    });

    it('leaves a last line without a line end whole', async () => {
      const file = sshd.knownHosts();
      writeFileSync(file, `other ${otherKey()}`);
      await (
        await connect({ ...sshd.target, knownHostsFiles: [file], unknownHostKey: 'accept-new' })
      ).close();
      expect(readFileSync(file, 'utf8')).toBe(`other ${otherKey()}\n${here()} ${sshd.hostKey('ed25519')}\n`);
    });

    it('refuses a revoked key', async () => {
      const file = sshd.knownHosts(
        `${here()} ${sshd.hostKey('ed25519')}`,
        `@revoked * ${sshd.hostKey('ed25519')}`,
      );
      expect(await failure({ ...sshd.target, knownHostsFiles: [file] })).toMatchObject({
        message: expect.stringContaining(`revoked by ${file}:2`),
      });
    });

    let other = '';
    const otherKey = () => {
      if (other === '') {
        makeKey(join(sshd.dir, 'other'), 'ed25519');
        other = readFileSync(join(sshd.dir, 'other.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
      }
      return other;
    };
  });

  describe('keys', () => {
    it('says which keys were refused', async () => {
      const stranger = join(sshd.dir, 'stranger');
      makeKey(stranger, 'ed25519');
      expect(await failure({ ...sshd.target, identityFiles: [stranger] })).toMatchObject({
        code: 'failed',
        message: expect.stringContaining(`refused all keys: ${stranger}`),
      });
    });

    it('says why it had none', async () => {
      const locked = join(sshd.dir, 'locked');
      makeKey(locked, 'ed25519', 'pass phrase');
      expect(await failure({ ...sshd.target, identityFiles: [locked, '/nowhere/key'] })).toMatchObject({
        message: expect.stringContaining('there was no key to log in with'),
        details: [`${locked}: is encrypted: load it with ssh-add`],
      });
    });

    it('tells what to do about an agent full of wrong keys', async () => {
      const strict = await startSshd('MaxAuthTries 2');
      const wrong = ['one', 'two', 'three'].map((name) => join(strict.dir, name));
      for (const file of wrong) makeKey(file, 'ed25519');
      const error = await failure({ ...strict.target, identityFiles: wrong });
      await strict.stop();
      expect(error).toMatchObject({ hint: expect.stringContaining('IdentitiesOnly') });
    });

    it('uses the agent for a key that is encrypted, or in no file', async () => {
      const socket = join(sshd.dir, 'agent.sock');
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
      await once(agent.stdout, 'data');
      const stranger = join(sshd.dir, 'agent-stranger');
      makeKey(stranger, 'rsa');
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', stranger, join(sshd.dir, 'user')], { env });

      const { identityFiles: _, ...target } = sshd.target;
      const config = `IdentityAgent ${socket}\nIdentityFile /nowhere/key\n`;
      await (await connect(target, config)).close();
      const only = await failure(target, `${config}IdentitiesOnly yes\n`);
      agent.kill();
      expect(only).toMatchObject({ message: expect.stringContaining('there was no key to log in with') });
    });
  });

  describe('a machine that cannot be reached', () => {
    it('refuses', async () => {
      expect(await failure({ ...sshd.target, port: 1 })).toMatchObject({
        message: expect.stringMatching(/m1 \(.*@127\.0\.0\.1:1\) cannot be reached: connection refused/),
      });
    });

    it('has an unknown name', async () => {
      expect(await failure({ ...sshd.target, host: 'machine.invalid' })).toMatchObject({
        message: expect.stringMatching(/cannot be reached: its host name is not known/),
      });
    });

    it('takes the connection and stays silent', async () => {
      const port = await serve(() => {});
      expect(await failure({ ...sshd.target, port }, 'ConnectTimeout 1')).toMatchObject({
        message: expect.stringContaining('cannot be reached: no answer in time'),
      });
    });

    it('drops connections at first', async () => {
      let drops = 2;
      const port = await serve((socket) => {
        if (drops > 0) socket.destroy();
        else socket.pipe(dial(sshd.port, '127.0.0.1')).pipe(socket);
        drops -= 1;
      });
      await (await connect(through(port))).close();
      expect(drops).toBe(-1);
    });

    it('drops all connections', async () => {
      const port = await serve((socket) => socket.destroy());
      expect(await failure({ ...sshd.target, port })).toMatchObject({
        message: expect.stringContaining('connection reset before the login'),
      });
    });

    it('is given up by the caller', async () => {
      const port = await serve(() => {});
      const abort = new AbortController();
      const connecting = connect({ ...sshd.target, port }, '', abort.signal);
      abort.abort();
      await expect(connecting).rejects.toMatchObject({ code: 'interrupted' });
    });

    it('needs a ProxyCommand', async () => {
      expect(await failure(sshd.target, 'ProxyCommand nc %h %p')).toMatchObject({
        message: expect.stringContaining('ProxyCommand nc %h %p is not supported yet'),
      });
    });
  });

  describe('a bastion', () => {
    it('is logged in to once for all targets behind it', async () => {
      const bastion = await startSshd();
      const connectAll = createConnect(resolveWith(sshd.dir));
      const behind = (name: string): Target => ({
        ...sshd.target,
        name,
        bastion: { ...bastion.target, name: 'bastion' },
      });
      const connections = await Promise.all(['a', 'b', 'c'].map((name) => connectAll(behind(name))));
      const results = await Promise.all(
        connections.map((one, id) => one.run({ words: ['echo', String(id)] })),
      );
      expect(results.map((result) => result.stdout)).toEqual(['0\n', '1\n', '2\n']);
      await Promise.all(connections.map((one) => one.close()));
      expect(bastion.logins()).toBe(1);
      await bastion.stop();
    });

    it('comes from ProxyJump as well', async () => {
      const bastion = await startSshd();
      const { host: _, ...rest } = sshd.target;
      const config = [
        'Host inner',
        '  HostName 127.0.0.1',
        `  ProxyJump 127.0.0.1:${bastion.port}`,
        'Host *',
        `  IdentityFile ${bastion.dir}/user`,
        '',
      ].join('\n');
      const both = sshd.knownHosts(
        `[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')}`,
        `[127.0.0.1]:${bastion.port} ${bastion.hostKey('ed25519')}`,
      );
      const inner = await connect({ ...rest, host: 'inner', knownHostsFiles: [both] }, config);
      expect(await inner.run({ words: ['echo', 'hi'] })).toMatchObject({ stdout: 'hi\n' });
      await inner.close();
      expect(bastion.logins()).toBe(1);
      await bastion.stop();
    });

    it('does not lead to itself', async () => {
      const error = await failure(
        { ...sshd.target, host: 'there' },
        'Host there back\n  ProxyJump jump\nHost jump\n  ProxyJump back\nHost *\n',
      );
      expect(error).toMatchObject({ code: 'config', hint: expect.stringContaining('ProxyJump none') });
    });

    it('is named where it cannot be reached, and the target where it is the target', async () => {
      const down: Target = { ...sshd.target, name: 'bastion', port: 1 };
      expect(await failure({ ...sshd.target, bastion: down })).toMatchObject({
        message: expect.stringMatching(/^bastion .* cannot be reached/),
      });
      expect(await failure({ ...sshd.target, port: 1, bastion: sshd.target })).toMatchObject({
        message: expect.stringMatching(
          /^m1 .* cannot be reached: m1 could not open a stream to 127\.0\.0\.1:1/,
        ),
      });
    });

    it('takes all connections behind it along when it is lost', async () => {
      const { port, cut } = await relay(sshd.port);
      const behind = await connect({ ...sshd.target, bastion: { ...through(port), name: 'bastion' } });
      const run = behind.run({ words: ['sleep', '30'] });
      cut();
      await expect(run).rejects.toThrow('the connection to m1 was lost');
      await behind.close();
    });

    it('says what forbids forwards', async () => {
      const closed = await startSshd('AllowTcpForwarding no');
      const error = await failure({ ...sshd.target, bastion: { ...closed.target, name: 'bastion' } });
      await closed.stop();
      expect(error).toMatchObject({ hint: expect.stringContaining('AllowTcpForwarding') });
    });
  });
});

/** Someone who is not root and may log in. */
function ordinaryUser(): string | undefined {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return users.find(([, , uid, , , , shell]) => uid !== '0' && /\/(ba|da)?sh$/.test(shell ?? ''))?.[0];
}
