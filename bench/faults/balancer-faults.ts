import { registering } from './etcd.ts';
import type { Fault } from './fault.ts';
import { isWhole, type Rig } from './rig.ts';

/** What can happen to the load balancer, and to what it reads. */
export const balancerFaults: readonly Fault[] = [
  {
    name: 'watcher-killed',
    title: "the load balancer's watcher is killed; a registration follows",
    strike: async (rig) => {
      await inContainer(rig, 'pkill -KILL -x "confd|etcdctl|curl"');
      await rig.shell.scriptOn(rig.balancer, `${registering(rig)}\nregister news "$1"`, [news(rig)]);
    },
    heal: (rig) => rig.shell.scriptOn(rig.balancer, `${registering(rig)}\nunregister news`),
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
    strike: (rig) =>
      rig.shell.scriptOn(
        rig.balancer,
        `${registering(rig)}
        # A bare wait would hide that one of them failed.
        all() { for pid in $pids; do wait "$pid"; done; pids=; }
        pids=
        for number in $(seq 50); do
          register "burst-$number" "$1:$((20000 + number))" & pids="$pids $!"; sleep 0.02
        done
        all
        for number in $(seq 50); do unregister "burst-$number" & pids="$pids $!"; sleep 0.02; done
        all`,
        [rig.other.machine.address],
      ),
    out: (list) => list.length > 2,
    lastsMs: 6_000,
  },
  {
    name: 'hostile-values',
    title: 'hostile values in etcd: `x; } server {`, a name that does not resolve, nothing, 1 MB',
    strike: (rig) =>
      rig.shell.scriptOn(
        rig.balancer,
        `${registering(rig)}
        register hostile-1 'x; } server {'
        register hostile-2 no-such-host.invalid:80
        register hostile-3 ''
        head -c 1000000 /dev/zero | tr '\\0' x | register hostile-4`,
      ),
    heal: (rig) =>
      rig.shell.scriptOn(
        rig.balancer,
        `${registering(rig)}\nfor number in 1 2 3 4; do unregister "hostile-$number" || true; done`,
      ),
    out: isWhole,
    lastsMs: 5_000,
  },
];

/** A registration at which nothing listens: to be seen in the list, not to be used. */
function news({ other }: Rig): string {
  return `${other.machine.address}:20000`;
}

async function inContainer({ shell, balancer }: Rig, script: string): Promise<void> {
  await shell.on(balancer, ['sudo', 'docker', 'exec', 'nginx_lb', 'sh', '-euc', script]);
}
