import type { PlacementRules } from '../../src/placement/rules.ts';

/** The rules of a unit that may run anywhere. */
export const anywhere: PlacementRules = {
  machineOf: [],
  metadata: [],
  conflicts: [],
  global: false,
  replaces: [],
};
