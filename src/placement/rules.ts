import type { UnitOption } from '../unit/unit-file.ts';

/** One `MachineMetadata=key=value`. */
export interface MetadataPair {
  readonly key: string;
  readonly value: string;
}

/** Where a unit may run: its `[X-Fleet]` section in typed form, specifiers expanded. */
export interface PlacementRules {
  /** The machine it must run on: a full id, or its first 8 characters. */
  readonly machineId?: string;
  /** Units that must be on the same machine: exact names. */
  readonly machineOf: readonly string[];
  /** What the machine's metadata must contain: one of the given values for each key. */
  readonly metadata: readonly MetadataPair[];
  /** Patterns of units that must not be on the same machine. */
  readonly conflicts: readonly string[];
  /** Whether it runs on every machine that allows it. Then only metadata and conflicts count. */
  readonly global: boolean;
  /** Patterns of units whose machine it may take over in fleet. Here both are kept apart, unless each replaces the other. */
  readonly replaces: readonly string[];
}

/** A problem of an `[X-Fleet]` option. The option keeps its line, if it has one. */
export interface RuleProblem<O extends UnitOption = UnitOption> {
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
  readonly option: O;
}

/** A machine of the cluster, as placement sees it. */
export interface Machine {
  /** Its machine-id. */
  readonly id: string;
  /** Its name for people; the id where absent. */
  readonly name?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A machine's name for people. */
export function machineLabel(machine: Machine): string {
  return machine.name ?? machine.id;
}
