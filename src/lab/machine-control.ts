import type { LabRun } from './events.ts';
import { findMachine } from './find-machine.ts';
import type { Machine } from './lab.ts';
import { shutDownMachine, startMachine, stopMachine } from './machine.ts';
import { setLinkDown, setLinkUp } from './network.ts';
import { awaitUnits } from './readiness.ts';
import { withLabLock } from './with-lab-lock.ts';

/** `orderly`: units are stopped first, as by a power button; `hard`: as by a power failure. */
export type PowerOff = 'orderly' | 'hard';

/** Reboots a machine of a lab and waits until it has booted. It keeps its files, and is connected again. */
export async function labReboot(
  lab: string,
  name: string,
  how: PowerOff = 'orderly',
  run: LabRun = {},
): Promise<void> {
  const machine = await findMachine(lab, name);
  await withLabLock(lab, run, async () => {
    await powerOff(machine, how);
    await startMachine(machine, { signal: run.signal });
    await awaitUnits(machine, ['multi-user.target'], run.signal);
  });
}

/** Disconnects a machine of a lab from the network. The machine itself keeps running. */
export async function labDisconnect(lab: string, name: string): Promise<void> {
  await setLinkDown(await findMachine(lab, name));
}

/** Connects a machine again that {@link labDisconnect} disconnected. */
export async function labReconnect(lab: string, name: string): Promise<void> {
  await setLinkUp(await findMachine(lab, name));
}

/** An orderly shutdown that takes over 90 s becomes a hard one. */
async function powerOff(machine: Machine, how: PowerOff): Promise<void> {
  if (how === 'orderly') await shutDownMachine(machine, 90_000);
  await stopMachine(machine);
}
