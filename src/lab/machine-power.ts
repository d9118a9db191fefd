import { findMachine } from './find-machine.ts';
import { shutDownMachine, startMachine, stopMachine } from './machine.ts';
import { awaitUnits } from './readiness.ts';

/**
 * Reboots a machine of a lab and waits until it is back. `how` is `orderly`, its units are stopped first, or
 * `hard`, as after a power cut. Its files stay; its cable is mended if it was cut.
 */
export async function labReboot(
  lab: string,
  name: string,
  how: 'orderly' | 'hard' = 'orderly',
): Promise<void> {
  await labPowerOff(lab, name, how);
  await labPowerOn(lab, name);
}

/** Turns a machine of a lab off. An orderly shutdown that takes over 90 s becomes a hard one. */
export async function labPowerOff(
  lab: string,
  name: string,
  how: 'orderly' | 'hard' = 'orderly',
): Promise<void> {
  const { machine } = await findMachine(lab, name);
  if (how === 'orderly') await shutDownMachine(lab, name, 90_000);
  await stopMachine(lab, machine);
}

/** Turns a machine of a lab on and waits until it has booted. */
export async function labPowerOn(lab: string, name: string): Promise<void> {
  const { layout, machine } = await findMachine(lab, name);
  await startMachine(layout, machine, {});
  await awaitUnits(layout, machine, ['multi-user.target']);
}
