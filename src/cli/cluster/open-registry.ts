import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { defined } from '../../defined.ts';
import { CoreshipError } from '../../errors.ts';
import type { EtcdSettings } from '../../project/cluster.ts';
import type { EtcdAccess, EtcdCredentials } from '../../registry/etcd-access.ts';
import { wrongCertificates } from '../../registry/etcd-errors.ts';
import type { Registry } from '../../registry/registry.ts';
import type { RegistrySettings } from '../../services/service.ts';
import type { Connection } from '../../ssh/connection.ts';
import { type Listener, listenTcp } from '../../ssh/listen.ts';

/**
 * Opens a cluster's registry through its machines, each of which reaches every endpoint. gRPC connects to addresses only,
 * so each route is a tunnel with a local port.
 * @throws the first machine's error where no machine can be reached; CoreshipError `config` where a certificate or key
 * cannot be read, or is not one
 */
export async function openRegistry(
  api: RegistrySettings['api'],
  etcd: EtcdSettings,
  machines: readonly ConnectMachine[],
): Promise<Registry> {
  const [makeRegistry, credentials] = await Promise.all([
    importRegistry(api),
    readCredentials(etcd),
    reachOne(machines),
  ]);
  const endpoints = etcd.endpoints.map((endpoint) => new URL(endpoint));
  const tunnels = await Promise.all(
    routes(machines, endpoints).map(({ machine, endpoint }) => openTunnel(machine, endpoint)),
  );
  const closeTunnels = () => Promise.all(tunnels.map(({ listener }) => listener.close()));
  const [first] = endpoints;
  try {
    const registry = makeRegistry({
      endpoints: tunnels.map(({ url }) => url),
      // The certificate names etcd, not the local end of a tunnel.
      ...defined({ serverName: first && hostOf(first) }),
      ...credentials,
    });
    return {
      ...registry,
      close: async () => {
        await registry.close();
        await closeTunnels();
      },
    };
  } catch (cause) {
    await closeTunnels();
    throw cause;
  }
}

/** Connects to a machine, or resolves with the connection that is open. */
type ConnectMachine = () => Promise<Connection>;

/** The clients are loaded only when needed: gRPC is heavy. */
async function importRegistry(api: RegistrySettings['api']): Promise<(access: EtcdAccess) => Registry> {
  return api === 'v2'
    ? (await import('../../registry/etcd2-registry.ts')).etcd2Registry
    : (await import('../../registry/etcd3-registry.ts')).etcd3Registry;
}

/** One machine is enough: those that are away now may be back when their tunnel is used. */
async function reachOne(machines: readonly ConnectMachine[]): Promise<void> {
  const connections = machines.map((connect) => connect());
  await Promise.any(connections).catch(async () => await connections[0]);
}

/** One machine's way to one endpoint. */
interface Route {
  readonly machine: ConnectMachine;
  readonly endpoint: URL;
}

/**
 * Every machine with every endpoint, in the order in which they are tried. In each round all machines take part, each with
 * an endpoint of its own where there are enough: a route that fails is followed by one with another machine and another
 * endpoint, as nobody knows which of the two was at fault.
 */
function routes(machines: readonly ConnectMachine[], endpoints: readonly URL[]): readonly Route[] {
  return endpoints.flatMap((_, round) => {
    // Each round, every machine moves on to the next endpoint.
    const shifted = [...endpoints.slice(round), ...endpoints.slice(0, round)];
    return machines.flatMap((machine, index) => {
      const endpoint = shifted[index % shifted.length];
      return endpoint ? [{ machine, endpoint }] : [];
    });
  });
}

/** Listens on a local port that leads to an endpoint, as the machine sees it. */
async function openTunnel(
  machine: ConnectMachine,
  endpoint: URL,
): Promise<{ listener: Listener; url: string }> {
  // A URL drops the default port of its scheme.
  const port = endpoint.port || (endpoint.protocol === 'https:' ? '443' : '80');
  const listener = await listenTcp(machine, hostOf(endpoint), Number(port));
  return { listener, url: `${endpoint.protocol}//${listener.host}:${listener.port}` };
}

/** The host without the brackets of an IPv6 address, which a URL keeps. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

async function readCredentials(etcd: EtcdSettings): Promise<Pick<EtcdCredentials, 'auth' | 'tls'>> {
  const { username } = etcd;
  const [password, ca, cert, key] = await Promise.all(
    [etcd.passwordFile, etcd.caFile, etcd.certFile, etcd.keyFile].map(readSecret),
  );
  return defined({
    auth:
      username !== undefined && password
        ? { username, password: password.toString().split(/\r?\n/)[0] ?? '' }
        : undefined,
    tls: ca && checked({ ca, ...defined({ cert, key }) }),
  });
}

/** Checks what TLS itself would ignore: with an authority that it cannot read, etcd would seem not to answer. */
function checked(tls: NonNullable<EtcdCredentials['tls']>): NonNullable<EtcdCredentials['tls']> {
  try {
    // As text: X509Certificate also reads DER from a buffer, and TLS does not.
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
