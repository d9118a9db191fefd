import { type HostOptions, hasProgram, runOnHost, tryOnHost } from './host.ts';
import type { Lab, Machine } from './lab.ts';
import { bridgeName, hostAddress, isLabLink, isLabNamespace, labNetwork } from './layout.ts';

/** Brings up the lab's bridge with the host's address; leaves one that is up as it is. */
export async function ensureBridge(lab: Lab, options: HostOptions): Promise<void> {
  const { bridge } = lab;
  if (!(await linkExists(bridge))) await runOnHost(['ip', 'link', 'add', bridge, 'type', 'bridge'], options);
  await runOnHost(['ip', 'address', 'replace', hostAddress(lab), 'dev', bridge], options);
  await runOnHost(['ip', 'link', 'set', bridge, 'up'], options);
  await allowBridgedTraffic(bridge);
}

/** Adds a machine's network namespace, and a veth pair that connects it to the bridge. Neither may exist yet. */
export async function addNetwork(machine: Machine, options: HostOptions): Promise<void> {
  const { namespace, link, address, lab } = machine;
  const ip = (...words: string[]): Promise<string> => runOnHost(['ip', ...words], options);
  await ip('netns', 'add', namespace);
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  await ip('link', 'set', link, 'master', lab.bridge, 'up');
  // docker forwards between its containers and eth0, but may not set this from inside the machine.
  await ip('netns', 'exec', namespace, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
}

/** Disconnects a machine from the bridge. */
export async function setLinkDown(machine: Machine): Promise<void> {
  await runOnHost(['ip', 'link', 'set', machine.link, 'down']);
}

/** Connects a machine to the bridge again, after {@link setLinkDown}. */
export async function setLinkUp(machine: Machine): Promise<void> {
  await runOnHost(['ip', 'link', 'set', machine.link, 'up']);
}

/** Deletes a machine's veth pair and namespace, where they exist. */
export async function deleteNetwork({ link, namespace }: Machine): Promise<void> {
  // The pair first: deleting the namespace deletes it too, but some time later.
  if (await linkExists(link)) await runOnHost(['ip', 'link', 'delete', link]);
  if ((await namespaces()).includes(namespace)) await runOnHost(['ip', 'netns', 'delete', namespace]);
}

/** Removes every veth pair, namespace and bridge that carries the lab's name. */
export async function removeNetwork(lab: string): Promise<void> {
  // A host that never had a lab may lack these programs.
  if (await hasProgram('ip')) await removeInterfaces(lab);
  if (await hasProgram('iptables'))
    await tryOnHost(['iptables', '--delete', ...forwardRule(bridgeName(lab))]);
}

/** Whether the machine has its veth pair and its namespace. */
export async function hasNetwork({ link, namespace }: Machine): Promise<boolean> {
  return (await linkExists(link)) && (await namespaces()).includes(namespace);
}

/** The subnets of the labs' network in which this host has addresses, or to which it has routes. */
export async function usedSubnets(): Promise<ReadonlySet<number>> {
  const routes = await runOnHost(['ip', '-4', 'route', 'show', 'table', 'all']);
  const prefix = labNetwork.replace('.', '\\.');
  const numbers = [...routes.matchAll(new RegExp(`\\b${prefix}\\.(\\d+)\\.`, 'g'))].map((match) =>
    Number(match[1]),
  );
  return new Set(numbers);
}

async function removeInterfaces(lab: string): Promise<void> {
  for (const link of (await links()).filter((name) => isLabLink(lab, name))) {
    await tryOnHost(['ip', 'link', 'delete', link]);
  }
  for (const namespace of (await namespaces()).filter((name) => isLabNamespace(lab, name))) {
    await runOnHost(['ip', 'netns', 'delete', namespace]);
  }
  if (await linkExists(bridgeName(lab))) await runOnHost(['ip', 'link', 'delete', bridgeName(lab)]);
}

/** Where bridged traffic passes the host's firewall, that may drop it, as docker's does. */
async function allowBridgedTraffic(bridge: string): Promise<void> {
  const seen = await tryOnHost(['cat', '/proc/sys/net/bridge/bridge-nf-call-iptables']);
  if (seen.stdout.trim() !== '1') return;
  const rule = forwardRule(bridge);
  if ((await tryOnHost(['iptables', '--check', ...rule])).status === 0) return;
  await runOnHost(['iptables', '--insert', ...rule]);
}

function forwardRule(bridge: string): readonly string[] {
  return ['FORWARD', '--in-interface', bridge, '--out-interface', bridge, '--jump', 'ACCEPT'];
}

async function linkExists(name: string): Promise<boolean> {
  return (await tryOnHost(['ip', 'link', 'show', 'dev', name])).status === 0;
}

async function links(): Promise<readonly string[]> {
  const lines = (await runOnHost(['ip', '-oneline', 'link', 'show'])).split('\n');
  return lines.map((line) => line.match(/^\d+: ([^:@]+)/)?.[1] ?? '').filter(Boolean);
}

async function namespaces(): Promise<readonly string[]> {
  const lines = (await runOnHost(['ip', 'netns', 'list'])).split('\n');
  return lines.map((line) => line.split(' ')[0] ?? '').filter(Boolean);
}
