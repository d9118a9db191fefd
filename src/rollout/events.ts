import type { Change, Step } from '../plan/plan.ts';

/** What a rollout reports while it works, as plain data; `index` is the change's place in the plan. */
export type RolloutEvent =
  | { readonly type: 'change-started'; readonly index: number; readonly change: Change }
  | { readonly type: 'step-started'; readonly index: number; readonly step: Step }
  /** What a wait sees at present. */
  | { readonly type: 'step-waiting'; readonly index: number; readonly step: Step; readonly seen: string }
  | { readonly type: 'step-done'; readonly index: number; readonly step: Step; readonly milliseconds: number }
  /** The cluster chose another machine than the plan predicted. What is left of the change belongs to a new plan. */
  | { readonly type: 'change-relocated'; readonly index: number; readonly change: Change }
  | { readonly type: 'change-done'; readonly index: number; readonly change: Change }
  | {
      readonly type: 'change-failed';
      readonly index: number;
      readonly change: Change;
      readonly message: string;
    };

/** Receives events as they happen. */
export type Emit = (event: RolloutEvent) => void;
