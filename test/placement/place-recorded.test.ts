import { describe, expect, it } from 'vitest';
import { place } from '../../src/placement/place.ts';
import { breaches, countPlaced } from './legality.ts';
import { recordedSets } from './recordings.ts';

const fleetsRefusals = ['unresolvable-requirements', 'incompatible-options'];

describe('what a real fleet did', () => {
  const sets = recordedSets();

  it.each(sets)('$label: the same units are refused, with the same words', ({ units }) => {
    const ours = units.map(
      ({ problems }) => problems.find((problem) => fleetsRefusals.includes(problem.rule))?.message,
    );
    expect(ours).toEqual(units.map((unit) => unit.refused));
  });

  it.each(sets)('$label: what fleet did is legal', ({ machines, units }) => {
    const accepted = units.filter((unit) => unit.refused === undefined);
    const placed = new Map(accepted.map((unit) => [unit.name, unit.placed]));
    expect(breaches(accepted, machines, placed)).toEqual([]);
  });

  it.each(sets)('$label: our placement is legal and leaves out no more than fleet', ({ machines, units }) => {
    const accepted = units.filter((unit) => unit.refused === undefined);
    const { placed, unplaced } = place({ units: accepted, machines, current: new Map() });
    const fleets = new Map(accepted.map((unit) => [unit.name, unit.placed]));
    expect(breaches(accepted, machines, placed)).toEqual([]);
    expect(countPlaced(placed)).toBeGreaterThanOrEqual(countPlaced(fleets));
    expect(placed.size + unplaced.length).toBe(accepted.length);
    for (const { reasons } of unplaced) expect(reasons.every((one) => one.reasons.length > 0)).toBe(true);
  });

  it.each(sets)('$label: from where fleet left it, nothing moves that may stay', ({ machines, units }) => {
    const accepted = units.filter((unit) => unit.refused === undefined);
    const current = new Map(
      accepted.filter((unit) => unit.placed.length > 0).map((unit) => [unit.name, unit.placed]),
    );
    const { placed } = place({ units: accepted, machines, current });
    expect(Object.fromEntries(placed)).toEqual(Object.fromEntries(current));
  });
});
