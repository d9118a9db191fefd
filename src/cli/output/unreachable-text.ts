import type { Observation } from '../../plan/observation.ts';

/** A line for each machine that is not reachable. */
export function unreachableText(unreachable: Observation['unreachable']): string {
  return unreachable.map(({ name, reason }) => `${name} is not reachable: ${reason}\n`).join('');
}
