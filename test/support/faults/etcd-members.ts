import type { LabMachine } from '../../../src/lab/description.ts';
import type { LabShell } from '../lab/lab-shell.ts';
import type { Rig } from './rig.ts';

/** What `etcdctl endpoint status` says of a member. */
interface Member {
  readonly id: string;
  readonly leads: boolean;
  /** The store's revision as this member knows it. */
  readonly revision: number;
}

/** The etcd member of a machine. */
export async function etcdMember(shell: LabShell, machine: LabMachine): Promise<Member> {
  // Ids are of 64 bits: more than a JSON number keeps.
  const [status] = JSON.parse(
    quoteIds(await etcdctl(shell, machine, 'endpoint', 'status', '-w', 'json')),
  ) as [{ Status: { header: { member_id: string; revision: number }; leader: string } }];
  const { header, leader } = status.Status;
  return {
    id: BigInt(header.member_id).toString(16),
    leads: header.member_id === leader,
    revision: header.revision,
  };
}

/** The machine whose member leads. */
export async function leaderOf(shell: LabShell): Promise<LabMachine> {
  const machines = await shell.machines();
  const members = await Promise.all(machines.map((machine) => etcdMember(shell, machine)));
  const leader = machines[members.findIndex(({ leads }) => leads)];
  if (!leader) throw new Error('etcd has no leader');
  return leader;
}

/** Makes the member of that machine lead. */
export async function moveLeader({ shell }: Rig, to: LabMachine): Promise<void> {
  const leader = await leaderOf(shell);
  if (leader.name === to.name) return;
  await etcdctl(shell, leader, 'move-leader', (await etcdMember(shell, to)).id);
}

/** Runs etcdctl on a machine against its own member, by API v3. */
export async function etcdctl(
  shell: LabShell,
  machine: LabMachine,
  ...words: readonly string[]
): Promise<string> {
  return await shell.on(machine, ['env', 'ETCDCTL_API=3', 'etcdctl', ...words]);
}

function quoteIds(json: string): string {
  return json.replace(/"(member_id|leader)":(\d+)/g, '"$1":"$2"');
}
