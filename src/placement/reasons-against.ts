import { globMatches } from './glob.ts';
import type { PlacementRules } from './rules.ts';
import { type Machine, machineLabel } from './rules.ts';

/** A unit with its placement rules. */
export interface PlacedUnit {
  readonly name: string;
  readonly rules: PlacementRules;
}

/**
 * The reasons why a unit may not run on a machine, as text; empty where it may.
 * @param others the units on that machine, with or without the unit itself, which never conflicts with itself
 * @param locate the label of the machine that a peer is on instead, where known
 */
export function reasonsAgainst(
  unit: PlacedUnit,
  machine: Machine,
  others: readonly PlacedUnit[],
  locate: (unit: string) => string | undefined = () => undefined,
): readonly string[] {
  const neighbours = others.filter((other) => other.name !== unit.name);
  return [
    ...reasonsAgainstMachine(unit.rules, machine),
    ...missingPeers(unit.rules, others, locate),
    ...neighbours.flatMap((other) => reasonsBetween(unit, other)),
  ];
}

/** The reasons that depend only on the machine: its id and its metadata. */
export function reasonsAgainstMachine(rules: PlacementRules, machine: Machine): readonly string[] {
  const reasons: string[] = [];
  const { machineId, metadata } = rules;
  if (machineId !== undefined && machineId !== machine.id && machineId !== machine.id.slice(0, 8)) {
    reasons.push(`MachineID=${machineId}, and ${machineLabel(machine)} is ${machine.id}`);
  }
  for (const key of new Set(metadata.map((pair) => pair.key))) {
    const required = metadata.filter((pair) => pair.key === key).map((pair) => pair.value);
    const actual = Object.hasOwn(machine.metadata, key) ? machine.metadata[key] : undefined;
    if (actual !== undefined && required.includes(actual)) continue;
    const has = actual === undefined ? `no ${key}` : `${key}=${actual}`;
    reasons.push(
      `MachineMetadata wants ${required.map((value) => `${key}=${value}`).join(' or ')}, machine has ${has}`,
    );
  }
  return reasons;
}

function missingPeers(
  rules: PlacementRules,
  others: readonly PlacedUnit[],
  locate: (unit: string) => string | undefined,
): readonly string[] {
  return rules.machineOf
    .filter((peer) => !others.some((other) => other.name === peer))
    .map((peer) => {
      const place = locate(peer);
      return `MachineOf=${peer}, which is on ${place ?? 'no machine'}`;
    });
}

/** The reasons why two units may not share a machine, from the first one's side. Patterns count in both directions. */
export function reasonsBetween(unit: PlacedUnit, other: PlacedUnit): readonly string[] {
  const own = unit.rules.conflicts.filter((pattern) => globMatches(pattern, other.name));
  const theirs = other.rules.conflicts.filter((pattern) => globMatches(pattern, unit.name));
  const ownReplaces = unit.rules.replaces.find((pattern) => globMatches(pattern, other.name));
  const theirReplaces = other.rules.replaces.find((pattern) => globMatches(pattern, unit.name));
  const mutual = ownReplaces !== undefined && theirReplaces !== undefined;
  return [
    ...own.map((pattern) => `Conflicts=${pattern} with ${other.name}`),
    ...theirs.map((pattern) => `${other.name} has Conflicts=${pattern}`),
    ...(ownReplaces !== undefined && !mutual
      ? [`Replaces=${ownReplaces}: ${other.name} has to leave first`]
      : []),
    ...(theirReplaces !== undefined && !mutual ? [`${other.name} has Replaces=${theirReplaces}`] : []),
  ];
}
