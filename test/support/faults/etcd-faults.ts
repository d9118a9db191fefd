import { leaderOf, moveLeader } from './etcd-members.ts';
import { type Fault, withoutVictim } from './fault.ts';
import type { Rig } from './rig.ts';

/** What can happen to etcd. */
export const etcdFaults: readonly Fault[] = [
  {
    name: 'etcd-leader-killed',
    title: "etcd's leader is killed",
    prepare: (rig) => moveLeader(rig, rig.victim.machine),
    strike: async ({ shell }) =>
      await shell.on(await leaderOf(shell), ['sudo', 'systemctl', 'kill', '--signal=KILL', 'etcd']),
    // A machine whose etcd does not restart by itself gets it back from whoever looks after it.
    heal: ({ shell }) => shell.scriptOnAll('systemctl start etcd'),
    lastsMs: 10_000,
  },
  {
    name: 'etcd-member-down',
    title: "one of three etcds is down: the one on the load balancer's machine",
    strike: ({ shell, balancer }) => shell.on(balancer, ['sudo', 'systemctl', 'stop', 'etcd']),
    heal: ({ shell, balancer }) => shell.on(balancer, ['sudo', 'systemctl', 'start', 'etcd']),
    lastsMs: 10_000,
  },
  {
    name: 'etcd-beside-apache-down',
    title: "one of three etcds is down: the one on an apache's machine",
    strike: ({ shell, victim }) => shell.on(victim.machine, ['sudo', 'systemctl', 'stop', 'etcd']),
    heal: ({ shell, victim }) => shell.on(victim.machine, ['sudo', 'systemctl', 'start', 'etcd']),
    lastsMs: 10_000,
  },
  etcdOutage(60_000),
];

/**
 * All etcds are away. An instance that was stopped before is started meanwhile, so that there is news to learn when they
 * are back.
 */
export function etcdOutage(lastsMs: number): Fault {
  const start = ({ shell, victim }: Rig) =>
    shell.scriptOn(victim.machine, 'systemctl start "apache@$1.service"', [victim.instance]);
  return {
    name: 'etcd-outage',
    title: `all etcds are down for ${lastsMs / 1000} s while an instance starts, then return`,
    prepare: ({ shell, victim }) =>
      shell.scriptOn(victim.machine, 'systemctl stop "apache@$1.service"', [victim.instance]),
    strike: async (rig) => {
      // Asked politely, a member without a majority takes half a minute to go; and units that want it start it again.
      await rig.shell.scriptOnAll(
        'systemctl mask --runtime --quiet etcd; systemctl kill --signal=KILL etcd; systemctl stop etcd',
      );
      // The tutorial's cannot start without etcd, and what does not start is not in the list afterwards.
      await start(rig).catch(() => undefined);
    },
    heal: ({ shell }) => shell.scriptOnAll(startEtcd),
    clear: async (rig) => {
      await rig.shell.scriptOnAll(startEtcd);
      await start(rig);
    },
    lastsMs,
    out: withoutVictim,
  };
}

const startEtcd = 'systemctl unmask --runtime --quiet etcd; systemctl start etcd';
