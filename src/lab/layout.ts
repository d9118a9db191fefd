import { createHash } from 'node:crypto';
import { CoreshipError } from '../errors.ts';

/** Everything about a lab that is decided once and kept for its life. Plain data, stored as JSON. */
export interface LabLayout {
  readonly name: string;
  /** Bridge interface on the host. */
  readonly bridge: string;
  /** Third number of the lab's 10.213.N.0/24. */
  readonly subnet: number;
  /** Name of the cached base below the machines' overlays. */
  readonly base: string;
  readonly machines: readonly MachineLayout[];
}

/** One machine of a lab. */
export interface MachineLayout {
  readonly name: string;
  /** machine-id(5). */
  readonly id: string;
  readonly address: string;
  /** Network namespace. */
  readonly namespace: string;
  /** The host's end of the machine's cable. */
  readonly link: string;
  /** What placement rules can ask for. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a layout is made from. `newId` gives a fresh machine id at each call. */
export interface LayoutFacts {
  readonly name: string;
  readonly machines: number;
  readonly base: string;
  readonly takenSubnets: ReadonlySet<number>;
  readonly newId: () => string;
}

/** First two numbers of every lab's addresses: away from what docker and podman take by default. */
export const labNetwork = '10.213';

/** Every machine is a member of the lab's etcd, and etcd advises against more than seven. */
const mostMachines = 7;

/**
 * Checks a lab's name: a letter, then up to nine letters, digits and dashes, so that interface names made
 * from it stay below the kernel's 15 characters.
 *
 * @throws CoreshipError `usage` for any other name.
 */
export function checkLabName(name: string): string {
  if (isLabName(name)) return name;
  throw new CoreshipError('usage', `${JSON.stringify(name)} is no name for a lab`, {
    hint: 'a small letter, then at most nine small letters, digits and dashes',
  });
}

/** Whether a lab can have this name. */
export function isLabName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,9}$/.test(name);
}

/**
 * Checks how many machines a lab should have.
 *
 * @throws CoreshipError `usage` for other numbers than 1 to 7.
 */
export function checkMachineCount(machines: number): number {
  if (Number.isInteger(machines) && machines >= 1 && machines <= mostMachines) return machines;
  throw new CoreshipError('usage', `a lab has 1 to ${mostMachines} machines, not ${machines}`);
}

/**
 * Lays out a lab: names, addresses, ids.
 *
 * @throws CoreshipError `usage` for a bad name or number of machines, `failed` when all subnets are taken.
 */
export function layOut(facts: LayoutFacts): LabLayout {
  const name = checkLabName(facts.name);
  const length = checkMachineCount(facts.machines);
  const subnet = chooseSubnet(name, facts.takenSubnets);
  const machines = Array.from({ length }, (_, index) => ({
    name: `${name}-${index + 1}`,
    id: facts.newId(),
    address: `${labNetwork}.${subnet}.${11 + index}`,
    namespace: `${namespacePrefix(name)}${index + 1}`,
    link: `${linkPrefix(name)}${index + 1}`,
    metadata: { zone: String.fromCharCode('a'.charCodeAt(0) + index) },
  }));
  return { name, bridge: bridgeName(name), subnet, base: facts.base, machines };
}

/** Name of the lab's bridge. */
export function bridgeName(lab: string): string {
  return `cs-${lab}`;
}

/** The host's address on the lab's network, with its prefix length. */
export function hostAddress(layout: Pick<LabLayout, 'subnet'>): string {
  return `${labNetwork}.${layout.subnet}.1/24`;
}

/** Whether this network namespace is one of the lab's. */
export function isLabNamespace(lab: string, namespace: string): boolean {
  return isNumbered(namespacePrefix(lab), namespace);
}

/** Whether this interface is the host's end of one of the lab's cables. */
export function isLabLink(lab: string, link: string): boolean {
  return isNumbered(linkPrefix(lab), link);
}

function namespacePrefix(lab: string): string {
  return `coreship-${lab}-`;
}

function linkPrefix(lab: string): string {
  return `v${lab}-`;
}

function isNumbered(prefix: string, text: string): boolean {
  return text.startsWith(prefix) && /^\d+$/.test(text.slice(prefix.length));
}

/** A lab gets the same subnet each time it is made, unless something else has it by then. */
function chooseSubnet(name: string, taken: ReadonlySet<number>): number {
  const first = createHash('sha256').update(name).digest().readUInt16BE(0);
  const subnets = Array.from({ length: 256 }, (_, step) => (first + step) % 256);
  const free = subnets.find((subnet) => !taken.has(subnet));
  if (free !== undefined) return free;
  throw new CoreshipError('failed', `no free network for a lab: all of ${labNetwork}.0.0/16 is in use`, {
    hint: 'take a lab down that is no longer needed',
  });
}
