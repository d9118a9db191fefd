import { findMachine } from './find-machine.ts';
import { cutCable, mendCable } from './network.ts';

/** Cuts a machine of a lab off the network, or mends its cable. The machine itself runs on. */
export async function labCut(lab: string, name: string, cut: boolean): Promise<void> {
  const { machine } = await findMachine(lab, name);
  await (cut ? cutCable : mendCable)(machine);
}
