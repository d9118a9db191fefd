import type { Registration, RegistrySettings } from '../../../src/services/service.ts';
import type { Etcd } from '../etcd/etcd.ts';
import { type Entry, type Keys, keysOf } from '../etcd/etcd-keys.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { type Sidekick, type SidekickOptions, startSidekick } from './sidekick.ts';

/** A service of a test's own, with what there is to see of it. All of it ends with the test. */
export interface RegistrationFixture {
  readonly server: TestServer;
  readonly keys: Keys;
  /** `/services/<service>/` */
  readonly prefix: string;
  /** Where its instance registers. */
  readonly key: string;
  registered(): boolean;
  start(registration?: Partial<Registration>, more?: Partial<SidekickOptions>): Sidekick;
}

export interface RegistrationOptions {
  /** Where the keys are looked at, and by default where the sidekicks are sent. */
  readonly etcd: Etcd;
  readonly api: RegistrySettings['api'];
  readonly shell: readonly string[];
  /** What /etc/coreship/etcd.env gives the sidekicks. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How the test itself gets into etcd. */
  readonly entry?: Entry;
}

/** Makes one, and hands its end to `atEnd`. */
export async function createRegistrationFixture(
  { etcd, api, shell, environment, entry }: RegistrationOptions,
  atEnd: (end: () => Promise<void>) => void,
): Promise<RegistrationFixture> {
  count += 1;
  const service = `service${count}`;
  const server = await startTestServer();
  const { port } = server;
  const running: Sidekick[] = [];
  atEnd(async () => {
    for (const sidekick of running) await sidekick.stop('SIGKILL');
    await server.close();
  });
  const keys = keysOf(etcd, api, service, entry);
  const value = `127.0.0.1:${port}`;
  const key = `/services/${service}/${value}`;
  return {
    server,
    keys,
    prefix: `/services/${service}/`,
    key,
    registered: () => keys.all()[key] === value,
    start: (registration = {}, more = {}) => {
      const settings = { ETCDCTL_ENDPOINTS: etcd.endpoint, ...environment };
      const options = { api, service, port, registration, environment: settings, ...more };
      const sidekick = startSidekick(shell, options);
      running.push(sidekick);
      return sidekick;
    },
  };
}

let count = 0;
