import type { RolloutEvent } from '../../rollout/events.ts';

/** Shows the events of one rollout; `done` resolves once everything is on the screen. */
export interface Progress {
  readonly emit: (event: RolloutEvent) => void;
  readonly done: () => Promise<void>;
}
