import { findMachine } from './find-machine.ts';
import { host } from './host.ts';

/** Cuts a machine of a lab off the network, or mends its cable. The machine itself runs on. */
export async function labCut(lab: string, name: string, cut: boolean): Promise<void> {
  const { machine } = await findMachine(lab, name);
  await host(['ip', 'link', 'set', machine.link, cut ? 'down' : 'up']);
}
