import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { CoreshipError } from '../../errors.ts';
import type { EtcdSettings } from '../../project/cluster.ts';
import type { EtcdAccess } from '../../registry/etcd-access.ts';
import { wrongCertificates } from '../../registry/etcd-errors.ts';
import type { Registry } from '../../registry/registry.ts';
import type { RegistrySettings } from '../../services/service.ts';
import type { Connection } from '../../ssh/connection.ts';
import { type Listener, listenTcp } from '../../ssh/listen.ts';

/**
 * Opens a cluster's registry through its machines, each of which leads to every endpoint. The clients want addresses, so
 * each way is a local port.
 * @throws the first machine's error where none of them can be reached; CoreshipError `config` where a certificate or key
 * cannot be read, or is none
 */
export async function openRegistry(
  api: RegistrySettings['api'],
  etcd: EtcdSettings,
  machines: readonly (() => Promise<Connection>)[],
): Promise<Registry> {
  const [make, secrets] = await Promise.all([makerOf(api), readSecrets(etcd), oneAnswers(machines)]);
  const endpoints = etcd.endpoints.map((endpoint) => new URL(endpoint));
  const doors = await Promise.all(
    pairs(machines, endpoints).map(([machine, endpoint]) => openDoor(machine, endpoint)),
  );
  const closeDoors = () => Promise.all(doors.map(({ listener }) => listener.close()));
  try {
    const registry = make({
      endpoints: doors.map(({ url }) => url),
      // The certificate names etcd, not the local end of a forward.
      ...(endpoints[0] ? { serverName: hostOf(endpoints[0]) } : {}),
      ...secrets,
    });
    return {
      ...registry,
      close: async () => {
        await registry.close();
        await closeDoors();
      },
    };
  } catch (cause) {
    await closeDoors();
    throw cause;
  }
}

/** Loaded when needed: gRPC is heavy. */
async function makerOf(api: RegistrySettings['api']): Promise<(access: EtcdAccess) => Registry> {
  return api === 'v2'
    ? (await import('../../registry/etcd2-registry.ts')).etcd2Registry
    : (await import('../../registry/etcd3-registry.ts')).etcd3Registry;
}

/** A machine that is away may come back, so it is a way as well as soon as any of them answers. */
async function oneAnswers(machines: readonly (() => Promise<Connection>)[]): Promise<void> {
  const connections = machines.map((connect) => connect());
  await Promise.any(connections).catch(async () => await connections[0]);
}

/** Every machine with every endpoint. Neighbours differ in both: the one tried next shares nothing with the one that failed. */
function pairs<A, B>(some: readonly A[], others: readonly B[]): readonly (readonly [A, B])[] {
  return others.flatMap((_, shift) =>
    some.flatMap((one, index) => {
      const other = others[(index + shift) % others.length];
      return other === undefined ? [] : [[one, other] as const];
    }),
  );
}

async function openDoor(
  machine: () => Promise<Connection>,
  endpoint: URL,
): Promise<{ listener: Listener; url: string }> {
  // A URL drops a port that is its scheme's own.
  const port = endpoint.port || (endpoint.protocol === 'https:' ? '443' : '80');
  const listener = await listenTcp(machine, hostOf(endpoint), Number(port));
  return { listener, url: `${endpoint.protocol}//${listener.host}:${listener.port}` };
}

/** A URL keeps the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

async function readSecrets(etcd: EtcdSettings): Promise<Pick<EtcdAccess, 'auth' | 'tls'>> {
  const [password, ca, cert, key] = await Promise.all(
    [etcd.passwordFile, etcd.caFile, etcd.certFile, etcd.keyFile].map(readSecret),
  );
  return {
    ...(etcd.username !== undefined && password
      ? { auth: { username: etcd.username, password: password.toString().split(/\r?\n/)[0] ?? '' } }
      : {}),
    ...(ca ? { tls: usable({ ca, ...(cert ? { cert } : {}), ...(key ? { key } : {}) }) } : {}),
  };
}

/** TLS itself passes over an authority that it cannot read, and then no etcd seems to answer. */
function usable(tls: NonNullable<EtcdAccess['tls']>): NonNullable<EtcdAccess['tls']> {
  try {
    // As a text: a file in DER is read here, but not by TLS.
    new X509Certificate(tls.ca.toString());
    createSecureContext(tls);
    return tls;
  } catch (cause) {
    throw wrongCertificates('use them', cause);
  }
}

async function readSecret(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  return readFile(path).catch((cause: unknown) => {
    throw new CoreshipError('config', `cannot read ${path}`, {
      cause,
      hint: 'named under etcd in coreship.yaml',
    });
  });
}
