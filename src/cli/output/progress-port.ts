import type { Emit } from '../../rollout/events.ts';

/** Shows the events of one rollout; `done` resolves once everything is on the screen. */
export interface Progress {
  readonly emit: Emit;
  readonly done: () => Promise<void>;
}
