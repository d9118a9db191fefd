import type { Change, Step } from '../plan/plan.ts';

/** What a rollout tells while it works; plain data, rendered by the command line. */
export type RolloutEvent =
  | { readonly type: 'change-started'; readonly index: number; readonly change: Change }
  | { readonly type: 'step-started'; readonly index: number; readonly step: Step }
  /** What a wait sees right now. */
  | { readonly type: 'step-waiting'; readonly index: number; readonly step: Step; readonly seen: string }
  | { readonly type: 'step-done'; readonly index: number; readonly step: Step; readonly milliseconds: number }
  /** The cluster chose another machine than the plan foretold; a plan made anew goes on with it, if there is more to do. */
  | { readonly type: 'change-relocated'; readonly index: number; readonly change: Change }
  | { readonly type: 'change-done'; readonly index: number; readonly change: Change }
  | {
      readonly type: 'change-failed';
      readonly index: number;
      readonly change: Change;
      readonly message: string;
    };

/** Takes events as they come. */
export type Emit = (event: RolloutEvent) => void;
