import type { UnitState } from '../../plan/observation.ts';

/**
 * Counts the restarts of units that keep failing, which fleet does not tell: each time a unit is seen to wait for its
 * next start after something else was seen.
 */
export function countRestarts(): (state: UnitState, machine: string) => UnitState {
  const seen = new Map<string, { sub: string; restarts: number }>();
  return (state, machine) => {
    const key = `${machine} ${state.name}`;
    const before = seen.get(key);
    const again = state.sub === 'auto-restart' && before !== undefined && before.sub !== 'auto-restart';
    const restarts = (before?.restarts ?? 0) + (again ? 1 : 0);
    seen.set(key, { sub: state.sub, restarts });
    return { ...state, restarts };
  };
}
