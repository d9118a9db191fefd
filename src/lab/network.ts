import { type HostOptions, hasProgram, host, tryHost } from './host.ts';
import {
  bridgeName,
  hostAddress,
  isLabLink,
  isLabNamespace,
  type LabLayout,
  labNetwork,
  type MachineLayout,
} from './layout.ts';

/** Brings up the lab's bridge with the host's address on it; does nothing when it is there. */
export async function ensureBridge(layout: LabLayout, options: HostOptions): Promise<void> {
  const { bridge } = layout;
  if (!(await linkExists(bridge))) await host(['ip', 'link', 'add', bridge, 'type', 'bridge'], options);
  await host(['ip', 'address', 'replace', hostAddress(layout), 'dev', bridge], options);
  await host(['ip', 'link', 'set', bridge, 'up'], options);
  await letBridgedTrafficPass(bridge);
}

/** Gives a machine its network namespace with one cable to the bridge. What was there under its names must be gone. */
export async function plugIn(layout: LabLayout, machine: MachineLayout, options: HostOptions): Promise<void> {
  const { namespace, link, address } = machine;
  const ip = (...words: string[]): Promise<string> => host(['ip', ...words], options);
  await ip('netns', 'add', namespace);
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  await ip('link', 'set', link, 'master', layout.bridge, 'up');
  // docker forwards between its containers and the cable, but may not say so to the kernel from inside.
  await ip('netns', 'exec', namespace, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
}

/** Cuts a machine off the network; the machine itself runs on. */
export async function disconnectMachine(machine: Pick<MachineLayout, 'link'>): Promise<void> {
  await host(['ip', 'link', 'set', machine.link, 'down']);
}

/** Undoes {@link disconnectMachine}. */
export async function connectMachine(machine: Pick<MachineLayout, 'link'>): Promise<void> {
  await host(['ip', 'link', 'set', machine.link, 'up']);
}

/** Takes away a machine's cable and namespace, whatever is there of them. */
export async function unplug(machine: Pick<MachineLayout, 'namespace' | 'link'>): Promise<void> {
  // The cable first: deleting the namespace deletes it too, but some time later.
  if (await linkExists(machine.link)) await host(['ip', 'link', 'delete', machine.link]);
  if ((await namespaces()).includes(machine.namespace))
    await host(['ip', 'netns', 'delete', machine.namespace]);
}

/** Removes every cable, namespace and bridge of a lab. */
export async function removeNetwork(lab: string): Promise<void> {
  // On a host that never had a lab, there may be nothing to remove and nothing to remove it with.
  if (await hasProgram('ip')) await removeInterfaces(lab);
  if (await hasProgram('iptables')) await tryHost(['iptables', '--delete', ...forwardRule(bridgeName(lab))]);
}

/** Whether the machine has its cable and its namespace. */
export async function isPluggedIn(machine: MachineLayout): Promise<boolean> {
  return (await linkExists(machine.link)) && (await namespaces()).includes(machine.namespace);
}

/** Subnets of the labs' network which this host has addresses in or routes to. */
export async function usedSubnets(): Promise<ReadonlySet<number>> {
  const routes = await host(['ip', '-4', 'route', 'show', 'table', 'all']);
  const prefix = labNetwork.replace('.', '\\.');
  const numbers = [...routes.matchAll(new RegExp(`\\b${prefix}\\.(\\d+)\\.`, 'g'))].map((match) =>
    Number(match[1]),
  );
  return new Set(numbers);
}

async function removeInterfaces(lab: string): Promise<void> {
  for (const link of (await links()).filter((name) => isLabLink(lab, name))) {
    await tryHost(['ip', 'link', 'delete', link]);
  }
  for (const namespace of (await namespaces()).filter((name) => isLabNamespace(lab, name))) {
    await host(['ip', 'netns', 'delete', namespace]);
  }
  if (await linkExists(bridgeName(lab))) await host(['ip', 'link', 'delete', bridgeName(lab)]);
}

/** A firewall of the host, docker's for one, may be made to see bridged traffic, and then drops it. */
async function letBridgedTrafficPass(bridge: string): Promise<void> {
  const seen = await tryHost(['cat', '/proc/sys/net/bridge/bridge-nf-call-iptables']);
  if (seen.stdout.trim() !== '1') return;
  const rule = forwardRule(bridge);
  if ((await tryHost(['iptables', '--check', ...rule])).status === 0) return;
  await host(['iptables', '--insert', ...rule]);
}

function forwardRule(bridge: string): readonly string[] {
  return ['FORWARD', '--in-interface', bridge, '--out-interface', bridge, '--jump', 'ACCEPT'];
}

async function linkExists(name: string): Promise<boolean> {
  return (await tryHost(['ip', 'link', 'show', 'dev', name])).status === 0;
}

async function links(): Promise<readonly string[]> {
  const lines = (await host(['ip', '-oneline', 'link', 'show'])).split('\n');
  return lines.map((line) => line.match(/^\d+: ([^:@]+)/)?.[1] ?? '').filter(Boolean);
}

async function namespaces(): Promise<readonly string[]> {
  const lines = (await host(['ip', 'netns', 'list'])).split('\n');
  return lines.map((line) => line.split(' ')[0] ?? '').filter(Boolean);
}
