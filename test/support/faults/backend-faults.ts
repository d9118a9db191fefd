import { labDisconnect, labReconnect } from '../../../src/lab/machine-control.ts';
import { moveLeader } from './etcd-members.ts';
import { type Fault, withoutVictim } from './fault.ts';
import type { Backend, Rig } from './rig.ts';

/** The victim's machine reaches no other for a while. */
const disconnection = {
  strike: ({ shell, victim }: Rig) => labDisconnect(shell.lab, victim.machine.name),
  heal: ({ shell, victim }: Rig) => labReconnect(shell.lab, victim.machine.name),
  lastsMs: 12_000,
  out: withoutVictim,
} satisfies Partial<Fault>;

/** What can happen to an instance of apache and to its machine. */
export const backendFaults: readonly Fault[] = [
  {
    name: 'container-killed',
    title: 'an apache container is killed',
    strike: (rig) => docker(rig, 'kill', container(rig)),
  },
  {
    name: 'main-restarted',
    title: 'a main unit is restarted',
    strike: (rig) => systemctl(rig, 'restart', `apache@${rig.victim.instance}.service`),
  },
  {
    name: 'sidekick-killed',
    title: 'a sidekick is killed',
    strike: (rig) => systemctl(rig, 'kill', '--signal=KILL', sidekick(rig)),
  },
  {
    name: 'sidekick-restarted',
    title: 'a sidekick is restarted',
    strike: (rig) => systemctl(rig, 'restart', sidekick(rig)),
  },
  {
    name: 'machine-cut',
    title: "an apache's machine is cut off, then reconnected",
    prepare: (rig) => moveLeader(rig, rig.balancer),
    ...disconnection,
  },
  {
    name: 'leader-cut',
    title: "an apache's machine, etcd's leader, is cut off, then reconnected",
    prepare: (rig) => moveLeader(rig, rig.victim.machine),
    ...disconnection,
  },
  {
    name: 'backend-hangs',
    title: 'an apache hangs (docker pause), then continues',
    strike: (rig) => docker(rig, 'pause', container(rig)),
    heal: (rig) => docker(rig, 'unpause', container(rig)),
    lastsMs: 7_000,
    out: withoutVictim,
  },
  {
    name: 'backend-500',
    title: 'an apache answers every request with 500, then recovers',
    // Of mod_alias, which is always there: a status that is no redirect takes no target.
    strike: (rig) => inContainer(rig, `echo 'Redirect 500 /' >${faultyPage} && kill -USR1 1`),
    heal: (rig) => inContainer(rig, `rm ${faultyPage} && kill -USR1 1`),
    lastsMs: 7_000,
    out: withoutVictim,
  },
  {
    name: 'all-gone',
    title: 'all backends stop, then one returns',
    strike: (rig) => Promise.all([rig.victim, rig.other].map((backend) => turn(rig, 'stop', backend))),
    heal: (rig) => turn(rig, 'start', rig.other),
    clear: (rig) => turn(rig, 'start', rig.victim),
    lastsMs: 7_000,
    out: (list) => list.length === 0,
    back: (list, { other }) => list.includes(other.value),
  },
];

/** Apache's configuration for a time. */
const faultyPage = '/etc/apache2/conf-enabled/fault.conf';

function container({ victim }: Rig): string {
  return `apache.${victim.instance}`;
}

function sidekick({ victim }: Rig): string {
  return `apache-discovery@${victim.instance}.service`;
}

async function docker({ shell, victim }: Rig, ...words: readonly string[]): Promise<void> {
  await shell.on(victim.machine, ['sudo', 'docker', ...words]);
}

async function inContainer(rig: Rig, script: string): Promise<void> {
  await docker(rig, 'exec', container(rig), 'sh', '-euc', script);
}

async function systemctl(rig: Rig, ...words: readonly string[]): Promise<void> {
  await rig.shell.on(rig.victim.machine, ['sudo', 'systemctl', ...words]);
}

/** Starts or stops the main unit of an instance. */
async function turn({ shell }: Rig, verb: 'start' | 'stop', { machine, instance }: Backend): Promise<void> {
  await shell.on(machine, ['sudo', 'systemctl', verb, `apache@${instance}.service`]);
}
