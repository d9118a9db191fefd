import { globMatches } from './glob.ts';
import type { PlacementRules } from './rules.ts';
import { type Machine, machineLabel } from './rules.ts';

/** A unit with its placement rules. */
export interface PlacedUnit {
  readonly name: string;
  readonly rules: PlacementRules;
}

/**
 * Why a unit may not run on a machine, in words for people; empty where it may.
 * @param others the units on that machine, the unit itself left out or not: it never stands in its own way
 * @param whereIs the label of the machine another unit is on, to say where a peer is instead; may know none
 */
export function reasonsAgainst(
  unit: PlacedUnit,
  machine: Machine,
  others: readonly PlacedUnit[],
  whereIs: (unit: string) => string | undefined = () => undefined,
): readonly string[] {
  const neighbours = others.filter((other) => other.name !== unit.name);
  return [
    ...againstMachine(unit.rules, machine),
    ...missingPeers(unit.rules, others, whereIs),
    ...neighbours.flatMap((other) => reasonsBetween(unit, other)),
  ];
}

/** The reasons that lie in the machine alone: its id and its metadata. */
export function againstMachine(rules: PlacementRules, machine: Machine): readonly string[] {
  const reasons: string[] = [];
  const { machineId, metadata } = rules;
  if (machineId !== undefined && machineId !== machine.id && machineId !== machine.id.slice(0, 8)) {
    reasons.push(`MachineID=${machineId}, and ${machineLabel(machine)} is ${machine.id}`);
  }
  for (const key of new Set(metadata.map((pair) => pair.key))) {
    const wanted = metadata.filter((pair) => pair.key === key).map((pair) => pair.value);
    const actual = Object.hasOwn(machine.metadata, key) ? machine.metadata[key] : undefined;
    if (actual !== undefined && wanted.includes(actual)) continue;
    const has = actual === undefined ? `no ${key}` : `${key}=${actual}`;
    reasons.push(
      `MachineMetadata wants ${wanted.map((value) => `${key}=${value}`).join(' or ')}, machine has ${has}`,
    );
  }
  return reasons;
}

function missingPeers(
  rules: PlacementRules,
  others: readonly PlacedUnit[],
  whereIs: (unit: string) => string | undefined,
): readonly string[] {
  return rules.machineOf
    .filter((peer) => !others.some((other) => other.name === peer))
    .map((peer) => {
      const place = whereIs(peer);
      return `MachineOf=${peer}, which is on ${place ?? 'no machine'}`;
    });
}

/** The reasons two units may not share a machine, told from the first one's side. Patterns count in both directions. */
export function reasonsBetween(unit: PlacedUnit, other: PlacedUnit): readonly string[] {
  const own = unit.rules.conflicts.filter((pattern) => globMatches(pattern, other.name));
  const theirs = other.rules.conflicts.filter((pattern) => globMatches(pattern, unit.name));
  const ownClaim = unit.rules.replaces.find((pattern) => globMatches(pattern, other.name));
  const theirClaim = other.rules.replaces.find((pattern) => globMatches(pattern, unit.name));
  const mutual = ownClaim !== undefined && theirClaim !== undefined;
  return [
    ...own.map((pattern) => `Conflicts=${pattern} with ${other.name}`),
    ...theirs.map((pattern) => `${other.name} has Conflicts=${pattern}`),
    ...(ownClaim !== undefined && !mutual
      ? [`Replaces=${ownClaim}, which ${other.name} has to leave first`]
      : []),
    ...(theirClaim !== undefined && !mutual ? [`${other.name} has Replaces=${theirClaim}`] : []),
  ];
}
