/** What a plan does to one instance. */
export type ChangeAction =
  /** Installs and starts a new instance. */
  | 'create'
  /** Starts one that has stopped. */
  | 'start'
  /** Waits for one that is starting, or not served yet. */
  | 'wait'
  /** Creates it on another machine, then removes it from its present one. */
  | 'move'
  /** Replaces its sidekicks; the main unit keeps running. */
  | 'refresh'
  /** Replaces its files and restarts it. */
  | 'replace'
  | 'remove';

interface ChangeActionFacts {
  /** Position within a service: what adds capacity comes before what takes it away. */
  readonly rank: number;
  /** Whether something that runs is stopped, replaced or moved, so that a person has to agree. */
  readonly disturbs: boolean;
  /** Changes of one service that share a group other than `alone` may run at the same time. */
  readonly batch: 'adds' | 'removes' | 'alone';
  readonly mark: '+' | '~' | '-' | '.';
  readonly colour: 'green' | 'yellow' | 'red' | 'cyan';
  /** What happened, before the name of a unit. */
  readonly past: string;
}

/** Everything that depends on the kind of a change. */
export const changeActions = {
  create: { rank: 0, disturbs: false, batch: 'adds', mark: '+', colour: 'green', past: 'created' },
  start: { rank: 1, disturbs: false, batch: 'adds', mark: '+', colour: 'green', past: 'started' },
  wait: { rank: 2, disturbs: false, batch: 'adds', mark: '.', colour: 'cyan', past: 'waited for' },
  move: { rank: 3, disturbs: true, batch: 'alone', mark: '~', colour: 'yellow', past: 'moved' },
  refresh: { rank: 4, disturbs: true, batch: 'alone', mark: '~', colour: 'yellow', past: 'refreshed' },
  replace: { rank: 5, disturbs: true, batch: 'alone', mark: '~', colour: 'yellow', past: 'replaced' },
  remove: { rank: 6, disturbs: true, batch: 'removes', mark: '-', colour: 'red', past: 'removed' },
} as const satisfies Record<ChangeAction, ChangeActionFacts>;

/** All actions, by rank. */
export const rankedActions = (Object.keys(changeActions) as readonly ChangeAction[]).toSorted(
  (a, b) => changeActions[a].rank - changeActions[b].rank,
);

/** Whether two changes of one service may run at the same time. */
export function mayRunTogether(one: ChangeAction, other: ChangeAction): boolean {
  const group: ChangeActionFacts['batch'] = changeActions[one].batch;
  return group !== 'alone' && group === changeActions[other].batch;
}
