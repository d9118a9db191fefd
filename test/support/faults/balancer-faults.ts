import { setTimeout as sleep } from 'node:timers/promises';
import { type KeyWriter, keyWriter } from '../etcd/key-writer.ts';
import type { Fault } from './fault.ts';
import { isWhole, type Rig } from './rig.ts';

/** What can happen to the load balancer, and to what it reads. */
export const balancerFaults: readonly Fault[] = [
  {
    name: 'watcher-killed',
    title: "the load balancer's watcher is killed; a registration follows",
    strike: async (rig) => {
      await inContainer(rig, 'pkill -KILL -x "confd|etcdctl|curl"');
      await keys(rig).put(key('news'), news(rig));
    },
    heal: (rig) => keys(rig).remove(key('news')),
    out: (list, rig) => list.includes(news(rig)),
  },
  {
    name: 'nginx-worker-killed',
    title: 'an nginx worker is killed',
    strike: (rig) => inContainer(rig, 'pkill -KILL -o -f "^nginx: worker process$"'),
  },
  {
    name: 'balancer-killed',
    title: "the load balancer's container is killed",
    strike: ({ shell, balancer }) => shell.on(balancer, ['sudo', 'docker', 'kill', 'nginx_lb']),
    lastsMs: 6_000,
  },
  {
    name: 'burst',
    title: '50 registrations and removals in 2 s',
    strike: burst,
    out: (list) => list.length > 2,
    lastsMs: 6_000,
  },
  {
    name: 'hostile-values',
    title: 'hostile values in etcd: `x; } server {`, a name that does not resolve, an empty value, 1 MB',
    strike: async (rig) => {
      for (const [name, value] of Object.entries(hostile)) await keys(rig).put(key(name), value);
    },
    heal: async (rig) => {
      for (const name of Object.keys(hostile)) await keys(rig).remove(key(name));
    },
    out: isWhole,
    lastsMs: 5_000,
  },
];

const hostile = {
  'hostile-1': 'x; } server {',
  'hostile-2': 'no-such-host.invalid:80',
  'hostile-3': '',
  'hostile-4': 'x'.repeat(1_000_000),
};

/** A key every 20 ms, and then each of them taken away again. */
async function burst(rig: Rig): Promise<void> {
  const writer = keys(rig);
  const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
  const every = async (act: (number: number) => Promise<void>): Promise<void> => {
    await Promise.all(numbers.map(async (number) => await sleep(20 * number).then(() => act(number))));
  };
  await every((number) =>
    writer.put(key(`burst-${number}`), `${rig.other.machine.address}:${20_000 + number}`),
  );
  await every((number) => writer.remove(key(`burst-${number}`)));
}

/** From here, by the etcd beside the load balancer: programs started there for each key would be a fault of their own. */
function keys({ chain, balancer }: Rig): KeyWriter {
  return keyWriter(chain.api, `http://${balancer.address}:2379`);
}

function key(name: string): string {
  return `/services/apache/${name}`;
}

/** A registration at which nothing listens: to be seen in the list, not to be used. */
function news({ other }: Rig): string {
  return `${other.machine.address}:20000`;
}

async function inContainer({ shell, balancer }: Rig, script: string): Promise<void> {
  await shell.on(balancer, ['sudo', 'docker', 'exec', 'nginx_lb', 'sh', '-euc', script]);
}
