import { readFileSync } from 'node:fs';
import { checkRules } from '../../src/placement/check-rules.ts';
import { readRules } from '../../src/placement/read-rules.ts';
import type { PlacedUnit } from '../../src/placement/reasons-against.ts';
import type { Machine, RuleProblem } from '../../src/placement/rules.ts';

/** One unit of a recorded set, read by our rules. */
export interface RecordedUnit extends PlacedUnit {
  readonly problems: readonly RuleProblem[];
  readonly refused: string | undefined;
  readonly placed: readonly string[];
}

export interface RecordedSet {
  readonly label: string;
  readonly machines: readonly Machine[];
  readonly units: readonly RecordedUnit[];
  readonly replaces: boolean;
}

interface Line {
  readonly machines: readonly Machine[];
  readonly units: readonly {
    readonly name: string;
    readonly xFleet: readonly (readonly [string, string])[];
    readonly accepted: boolean;
    readonly refused?: string;
    readonly placed: readonly string[];
  }[];
}

/** What fleetd 1.0.0 did with random sets of units (test/cases/placement/README.md). */
export function recordedSets(): readonly RecordedSet[] {
  const file = new URL('../cases/placement/fleet-1.0.0.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((text, index) => readSet(JSON.parse(text) as Line, index + 1));
}

function readSet(line: Line, number: number): RecordedSet {
  const units = line.units.map(({ name, xFleet, accepted, refused, placed }) => {
    const options = xFleet.map(([option, value]) => ({ section: 'X-Fleet', name: option, value }));
    return {
      name,
      rules: readRules(options, name),
      problems: checkRules(options),
      refused: accepted ? undefined : refused,
      placed,
    };
  });
  const replaces = units.some((unit) => unit.refused === undefined && unit.rules.replaces.length > 0);
  return { label: `set ${number}`, machines: line.machines, units, replaces };
}
