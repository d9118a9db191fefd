import type { LabMachine } from '../../../src/lab/description.ts';
import { eventually } from '../eventually.ts';
import type { LabShell } from '../lab/lab-shell.ts';
import { type Chain, instances } from './chain.ts';
import { type Backend, isWhole, type Rig } from './rig.ts';
import { readList } from './watch.ts';

/** Waits until both instances run and are served, and says where. */
export async function awaitRig(shell: LabShell, chain: Chain, timeoutMs = 60_000): Promise<Rig> {
  const served = async (): Promise<Rig> => {
    const rig = await locate(shell, chain);
    const list = await readList(rig);
    if (!isWhole(list, rig)) throw new Error(`served is ${list.join(' ') || 'nothing'}`);
    return rig;
  };
  return await eventually(served, 'both instances served', { timeoutMs, everyMs: 100 });
}

async function locate(shell: LabShell, chain: Chain): Promise<Rig> {
  const machines = await shell.machines();
  const active = await shell.scriptOnAll('systemctl list-units --plain --no-legend --state=active');
  const machineOf = (unit: string): LabMachine => {
    const machine = machines[active.findIndex((lines) => lines.includes(`${unit} `))];
    if (machine) return machine;
    throw new Error(`${unit} is active nowhere`);
  };
  const [other, victim] = instances.map((instance): Backend => {
    machineOf(`apache-discovery@${instance}.service`);
    const machine = machineOf(`apache@${instance}.service`);
    return { machine, instance, value: `${machine.address}:${instance}` };
  });
  if (!other || !victim) throw new Error('fewer than two instances');
  return { shell, chain, victim, other, balancer: machineOf('nginx_lb.service') };
}
