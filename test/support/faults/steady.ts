import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../eventually.ts';
import { etcdMember } from './etcd-members.ts';
import type { Rig } from './rig.ts';
import { countReloads, readList, startWatch } from './watch.ts';

/** What happened while nothing changed. */
export interface Steady {
  readonly instances: number;
  readonly seconds: number;
  /** Writes that etcd counted in its v3 store; absent where registrations are in v2's. */
  readonly revisions?: number;
  /** Changes that a watcher of the v2 store was told of; absent where registrations are in v3's. */
  readonly events?: number;
  readonly reloads: number;
}

/** Registers instances with the project's own register loop, beside those that run, and lets nothing change for a while. */
export async function measureSteady(rig: Rig, instances: number, seconds: number): Promise<Steady> {
  const more = instances - 2;
  const { shell, victim, balancer } = rig;
  await shell.scriptOn(victim.machine, startMany, [String(more), rig.victim.instance]);
  try {
    await eventually(async () => (await readList(rig)).length >= instances, `${instances} instances served`);
    // What the last of them has set off must have come to its end.
    await sleep(3_000);
    const before = await etcdMember(shell, balancer);
    const watch = await startWatch(rig);
    const events = rig.chain.api === 'v2' ? countEvents(rig, seconds) : undefined;
    await sleep(seconds * 1_000);
    const after = await etcdMember(shell, balancer);
    await watch.stop();
    const heard = await events;
    return {
      instances,
      seconds,
      ...(heard === undefined ? { revisions: after.revision - before.revision } : { events: heard }),
      reloads: countReloads(watch.samples),
    };
  } finally {
    await shell.scriptOn(victim.machine, stopMany);
  }
}

/** One more apache that many ports lead to, and for each port the sidekick that is there, bound to that apache's life. */
const startMany = `
. /etc/environment
ports=$(seq 21001 $((21000 + $1)))
docker run --detach --rm --name steady $(printf -- "-p $COREOS_PRIVATE_IPV4:%s:80 " $ports) example/apache >/dev/null
for port in $ports; do
  sed "s/@%i/@$2/g; s/PORT=%i/PORT=$port/" "/etc/systemd/system/apache-discovery@$2.service" >"/run/systemd/system/steady-$port.service"
done
systemctl daemon-reload
systemctl start $(printf 'steady-%s.service ' $ports)
`;

const stopMany = `
systemctl stop 'steady-*.service'
rm -f /run/systemd/system/steady-*.service
systemctl daemon-reload
docker rm --force steady >/dev/null
`;

/** How many times a recursive v2 watch answers; the time-out of the last wait is the end. */
async function countEvents({ shell, balancer }: Rig, seconds: number): Promise<number> {
  const script = `
    end=$(($(date +%s) + $1)); count=0
    while left=$((end - $(date +%s))); [ "$left" -gt 0 ]; do
      if curl -fs -o /dev/null --max-time "$left" 'http://127.0.0.1:2379/v2/keys/services?wait=true&recursive=true'; then
        count=$((count + 1))
      else
        [ $? -eq 28 ] || exit 1
      fi
    done
    echo "$count"`;
  return Number(await shell.scriptOn(balancer, script, [String(seconds)]));
}
