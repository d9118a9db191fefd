import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Target } from '../../src/ssh/connection.ts';
import { createResolveTarget } from '../../src/ssh/resolve-target.ts';
import { freePort } from '../support/free-port.ts';

/** A real sshd on loopback, with its own keys, that lets in the user who runs the tests. */
export interface Sshd {
  readonly dir: string;
  readonly port: number;
  /** This sshd with the right key file and a known_hosts file that knows it. */
  readonly target: Target;
  /** The public half of a host key as known_hosts has it: `ssh-ed25519 AAAA...`. */
  hostKey(type: 'ed25519' | 'ecdsa' | 'rsa'): string;
  /** Writes a known_hosts file and returns its path. */
  knownHosts(...lines: readonly string[]): string;
  /** How many logins there have been. */
  logins(): number;
  stop(): Promise<void>;
}

/** Why no sshd can be started here, or nothing where it can. */
export function sshdMissing(): string | undefined {
  const missing = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keygen'].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `${missing} is not installed (openssh-server, openssh-client)`;
}

/** Starts sshd with further lines of configuration. */
export async function startSshd(...config: readonly string[]): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), 'coreship-sshd-'));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  for (const type of ['ed25519', 'ecdsa', 'rsa']) makeKey(join(dir, `host_${type}`), type);
  makeKey(join(dir, 'user'), 'ed25519');
  writeFileSync(join(dir, 'authorized_keys'), readFileSync(join(dir, 'user.pub')));

  const port = await freePort();
  writeFileSync(
    join(dir, 'sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      // The first value of a keyword wins, so the test's own lines stand before the defaults.
      ...config,
      ...['ed25519', 'ecdsa', 'rsa'].map((type) => `HostKey ${dir}/host_${type}`),
      `AuthorizedKeysFile ${dir}/authorized_keys`,
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      '',
    ].join('\n'),
  );

  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(dir, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A test that fails half-way must not leave it running.
  process.once('exit', () => server.kill());
  let logins = 0;
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      log.push(line);
      if (line.includes('Server listening')) resolve();
      if (line.includes('Accepted publickey')) logins += 1;
    });
    server.once('exit', () => reject(new Error(`sshd ended: ${log.join('\n')}`)));
  });

  const hostKey = (type: string) =>
    readFileSync(join(dir, `host_${type}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  let files = 0;
  const knownHosts = (...lines: readonly string[]) => {
    files += 1;
    const file = join(dir, `known_hosts_${files}`);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return file;
  };

  return {
    dir,
    port,
    target: {
      name: 'm1',
      host: '127.0.0.1',
      port,
      user: userInfo().username,
      identityFiles: [join(dir, 'user')],
      knownHostsFiles: [knownHosts(`[127.0.0.1]:${port} ${hostKey('ed25519')}`)],
    },
    hostKey,
    knownHosts,
    logins: () => logins,
    stop: async () => {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
      rmSync(dir, { recursive: true });
    },
  };
}

/** A resolver that reads this text, and not the configuration of the user who runs the tests. */
export function resolveWith(dir: string, config = '') {
  const file = join(dir, 'ssh_config');
  writeFileSync(file, `${config}\nHost *\n  IdentityAgent none\n`);
  return createResolveTarget((args) =>
    Promise.resolve(execFileSync('ssh', ['-F', file, ...args], { encoding: 'utf8', stdio: 'pipe' })),
  );
}

/** Makes a key pair without a passphrase, or with this one. */
export function makeKey(file: string, type: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', `test ${type}`, '-f', file]);
}
