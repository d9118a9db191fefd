import { alone } from './alone.ts';
import { findMachine } from './find-machine.ts';
import { shutDownMachine, startMachine, stopMachine } from './machine.ts';
import { connectMachine, disconnectMachine } from './network.ts';
import { awaitUnits } from './readiness.ts';

/** `orderly`: units are stopped first, as by a power button; `hard`: as by a power cut. */
export type PowerOff = 'orderly' | 'hard';

/** Reboots a machine of a lab and waits until it has booted. Its files stay; it is connected again. */
export async function labReboot(lab: string, name: string, how: PowerOff = 'orderly'): Promise<void> {
  await labPowerOff(lab, name, how);
  await labPowerOn(lab, name);
}

/** Turns a machine of a lab off. An orderly shutdown that takes over 90 s becomes a hard one. */
export async function labPowerOff(lab: string, name: string, how: PowerOff = 'orderly'): Promise<void> {
  const { machine } = await findMachine(lab, name);
  await alone(lab, {}, async () => {
    if (how === 'orderly') await shutDownMachine(lab, name, 90_000);
    await stopMachine(lab, machine);
  });
}

/** Turns a machine of a lab on, restarting one that is on, and waits until it has booted. */
async function labPowerOn(lab: string, name: string): Promise<void> {
  const { layout, machine } = await findMachine(lab, name);
  await alone(lab, {}, async () => {
    await startMachine(layout, machine, {});
    await awaitUnits(layout, machine, ['multi-user.target']);
  });
}

/** Disconnects a machine of a lab from the network. The machine itself runs on. */
export async function labDisconnect(lab: string, name: string): Promise<void> {
  const { machine } = await findMachine(lab, name);
  await disconnectMachine(machine);
}

/** Undoes {@link labDisconnect}. */
export async function labReconnect(lab: string, name: string): Promise<void> {
  const { machine } = await findMachine(lab, name);
  await connectMachine(machine);
}
