import type { LabMachine } from '../../src/lab/description.ts';
import type { LabShell } from '../../test/integration/support/lab-shell.ts';
import { until } from '../../test/integration/support/until.ts';
import { type Chain, instances } from './chain.ts';
import { type Backend, isWhole, type Rig } from './rig.ts';
import { readList } from './watch.ts';

/** Waits until both instances run and are served, and says where. */
export async function wellRig(shell: LabShell, chain: Chain, timeoutMs = 60_000): Promise<Rig> {
  return await until(async () => {
    const rig = await look(shell, chain);
    const list = await readList(rig);
    return isWhole(list, rig) ? rig : `served is ${list.join(' ') || 'nothing'}`;
  }, timeoutMs);
}

async function look(shell: LabShell, chain: Chain): Promise<Rig> {
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
