import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import type { Certificates } from './certificates.ts';

/** A real etcd on loopback with a folder of its own. */
export interface Etcd {
  readonly endpoint: string;
  /** Runs `etcdctl` on it and returns what it prints. */
  ctl(...words: readonly string[]): string;
  /** Keys and values below a prefix. */
  all(prefix: string): Readonly<Record<string, string>>;
  /** The leases there are, in hex. */
  leases(): readonly string[];
  /** The lease that a key hangs on, in hex. */
  leaseOf(key: string): string;
  stop(): Promise<void>;
  /** Starts it again after a stop, with what it held. */
  start(): Promise<void>;
  /** Sends it a signal: SIGSTOP makes it an etcd that takes connections and never answers. */
  signal(signal: NodeJS.Signals): void;
  /** Stops it for good and removes its folder. */
  remove(): Promise<void>;
}

/** Why no etcd can be started here, or nothing where it can. */
export function etcdMissing(): string | undefined {
  const missing = ['/usr/bin/etcd', '/usr/bin/etcdctl'].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `${missing} is not installed (etcd-server, etcd-client)`;
}

/** Starts etcd on free ports, with both APIs; over TLS, and for nobody without a certificate, where it has one. */
export async function startEtcd(certificates?: Certificates): Promise<Etcd> {
  const [etcd] = await startEtcds(1, certificates);
  if (!etcd) throw new Error('no etcd was started');
  return etcd;
}

/** Starts a cluster of etcds on free ports. */
export async function startEtcds(count: number, certificates?: Certificates): Promise<readonly Etcd[]> {
  const scheme = certificates ? 'https' : 'http';
  const members: Member[] = [];
  for (let index = 0; index < count; index++) {
    members.push({
      name: `etcd${index}`,
      dir: mkdtempSync(join(tmpdir(), 'coreship-etcd-')),
      endpoint: `${scheme}://127.0.0.1:${await freePort()}`,
      peer: `http://127.0.0.1:${await freePort()}`,
    });
  }
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const etcds = members.map((member) => toEtcd(member, cluster, certificates));
  // One alone has no quorum, and is not healthy.
  await Promise.all(etcds.map((etcd) => etcd.start()));
  return etcds;
}

interface Member {
  readonly name: string;
  readonly dir: string;
  readonly endpoint: string;
  readonly peer: string;
}

function toEtcd({ name, dir, endpoint, peer }: Member, cluster: string, certificates?: Certificates): Etcd {
  let server: ChildProcess | undefined;
  // A test that fails half-way must not leave it running.
  const killServer = () => void server?.kill('SIGKILL');
  process.once('exit', killServer);
  const { ca, cert, key } = certificates ?? {};

  const runs = () => server !== undefined && server.exitCode === null && server.signalCode === null;
  const ctl = (...words: readonly string[]): string =>
    execFileSync(
      '/usr/bin/etcdctl',
      [
        ...['--endpoints', endpoint, '--command-timeout', '10s'],
        ...(ca && cert && key ? ['--insecure-skip-tls-verify', '--cert', cert, '--key', key] : []),
        ...words,
      ],
      { env: { PATH: process.env['PATH'], ETCDCTL_API: '3' }, encoding: 'utf8', stdio: 'pipe' },
    );
  const start = async (): Promise<void> => {
    if (runs()) return;
    server = spawn(
      '/usr/bin/etcd',
      [
        ...['--name', name, '--data-dir', dir, '--log-level', 'error', '--enable-v2'],
        ...['--initial-cluster', cluster],
        ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...(ca && cert && key
          ? ['--trusted-ca-file', ca, '--cert-file', cert, '--key-file', key, '--client-cert-auth']
          : []),
      ],
      { stdio: 'ignore' },
    );
    // Its peers are to be under way before anybody waits for it.
    await once(server, 'spawn');
    const look = ['--command-timeout', '2s', 'endpoint', 'health'];
    await eventually(() => typeof ctl(...look) === 'string', `etcd on ${endpoint}`);
  };
  const stop = async (): Promise<void> => {
    if (!server || !runs()) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  return {
    endpoint,
    ctl,
    all: (prefix) => {
      const lines = ctl('get', '--prefix', prefix).split('\n').slice(0, -1);
      return Object.fromEntries(
        lines.flatMap((line, index) => (index % 2 === 0 ? [[line, lines[index + 1] ?? '']] : [])),
      );
    },
    leases: () => ctl('lease', 'list').split('\n').slice(1, -1),
    leaseOf: (key) => {
      const [, lease = '0'] = /"Lease" : (\d+)/.exec(ctl('get', key, '--write-out=fields')) ?? [];
      return BigInt(lease).toString(16);
    },
    start,
    stop,
    signal: (signal) => void server?.kill(signal),
    remove: async () => {
      await stop();
      process.off('exit', killServer);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
