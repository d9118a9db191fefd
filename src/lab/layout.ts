import { createHash } from 'node:crypto';
import { CoreshipError } from '../errors.ts';

/** Everything about a lab that is decided when it is created. Plain data, stored as JSON. */
export interface LabLayout {
  readonly name: string;
  /** Bridge interface on the host. */
  readonly bridge: string;
  /** Third number of the lab's 10.213.N.0/24. */
  readonly subnet: number;
  /** Name of the cached base under the machines' overlays. */
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
  /** The host's end of the machine's veth pair. */
  readonly link: string;
  /** The metadata that placement rules select on. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a layout is made from. */
export interface LayoutFacts {
  /** A valid name, see {@link checkLabName}. */
  readonly name: string;
  /** A valid number of machines, see {@link checkMachineCount}. */
  readonly machines: number;
  readonly base: string;
  readonly takenSubnets: ReadonlySet<number>;
  /** Returns another machine id at each call. */
  readonly newId: () => string;
}

/** First two numbers of every lab's addresses: outside the default ranges of docker and podman. */
export const labNetwork = '10.213';

/** Every machine is a member of the lab's etcd, and etcd advises against more than seven. */
const mostMachines = 7;

/**
 * Checks a lab's name: a small letter, then up to nine small letters, digits and dashes, so that the names of its
 * interfaces have at most the 15 characters that the kernel allows.
 *
 * @throws CoreshipError `usage` for any other name.
 */
export function checkLabName(name: string): string {
  if (isLabName(name)) return name;
  throw new CoreshipError('usage', `${JSON.stringify(name)} is not a valid name for a lab`, {
    hint: 'use a small letter, then at most nine small letters, digits and dashes',
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
 * @throws CoreshipError `failed` when all subnets are taken.
 */
export function layOut({ name, base, newId, ...facts }: LayoutFacts): LabLayout {
  const subnet = chooseSubnet(name, facts.takenSubnets);
  const machines = Array.from({ length: facts.machines }, (_, index) => ({
    name: `${name}-${index + 1}`,
    id: newId(),
    address: `${labNetwork}.${subnet}.${11 + index}`,
    namespace: `${namespacePrefix(name)}${index + 1}`,
    link: `${linkPrefix(name)}${index + 1}`,
    metadata: { zone: String.fromCharCode('a'.charCodeAt(0) + index) },
  }));
  return { name, bridge: bridgeName(name), subnet, base, machines };
}

/** Name of the lab's bridge. */
export function bridgeName(lab: string): string {
  return `cs-${lab}`;
}

/** The host's address on the lab's network, with its prefix length. */
export function hostAddress(layout: Pick<LabLayout, 'subnet'>): string {
  return `${labNetwork}.${layout.subnet}.1/24`;
}

/** Whether a network namespace belongs to the lab. */
export function isLabNamespace(lab: string, namespace: string): boolean {
  return isNumbered(namespacePrefix(lab), namespace);
}

/** Whether an interface is the host's end of one of the lab's veth pairs. */
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

/** A lab gets the same subnet each time it is created, unless that is taken. */
function chooseSubnet(name: string, taken: ReadonlySet<number>): number {
  const first = createHash('sha256').update(name).digest().readUInt16BE(0);
  const subnets = Array.from({ length: 256 }, (_, step) => (first + step) % 256);
  const free = subnets.find((subnet) => !taken.has(subnet));
  if (free !== undefined) return free;
  throw new CoreshipError(
    'failed',
    `there is no free network for a lab: all of ${labNetwork}.0.0/16 is in use`,
    {
      hint: 'take down a lab that is no longer needed',
    },
  );
}
