/** One `MachineMetadata=key=value`. */
export interface MetadataPair {
  readonly key: string;
  readonly value: string;
}

/** Where a unit may run: the typed form of its `[X-Fleet]` section, specifiers expanded. */
export interface PlacementRules {
  /** The machine it must run on: a full id, or its first 8 characters. */
  readonly machineId?: string;
  /** Units that must be on the same machine: exact names. */
  readonly machineOf: readonly string[];
  /** What the machine's metadata must hold: one of the values given for each key. */
  readonly metadata: readonly MetadataPair[];
  /** Patterns of units that must not be on the same machine. */
  readonly conflicts: readonly string[];
  /** Whether it runs on every machine that allows it; then only metadata and conflicts count. */
  readonly global: boolean;
  /** Patterns of units whose machine it may take over in fleet; here they are kept apart, unless both replace the other. */
  readonly replaces: readonly string[];
}

/** The rules of a unit that may run anywhere. */
export const anywhere: PlacementRules = {
  machineOf: [],
  metadata: [],
  conflicts: [],
  global: false,
  replaces: [],
};
