/** What systemd says of a unit; the words are those of systemctl(1) `show`. */
export interface UnitState {
  readonly name: string;
  readonly active: ActiveState;
  readonly sub: string;
  /** How the last run ended: `success`, `exit-code`, `timeout` and so on. */
  readonly result: string;
  readonly mainPid: number;
  /** Automatic restarts since the unit was last started by hand. */
  readonly restarts: number;
  /** Whether a job is queued for it: a start that waits for others, or a stop. */
  readonly queued: boolean;
  /** True where systemd runs an older text than the file's. */
  readonly reloadNeeded: boolean;
}

/** systemd's `ActiveState`; `unknown` is a word that only a later systemd knows. */
export type ActiveState =
  | 'active'
  | 'reloading'
  | 'refreshing'
  | 'inactive'
  | 'failed'
  | 'activating'
  | 'deactivating'
  | 'maintenance'
  | 'unknown';

/** What each state means here. A new state needs a line, and the compiler asks for it. */
const meanings = {
  active: { running: true, changing: false },
  reloading: { running: true, changing: true },
  refreshing: { running: true, changing: true },
  activating: { running: true, changing: true },
  deactivating: { running: false, changing: true },
  maintenance: { running: false, changing: true },
  inactive: { running: false, changing: false },
  failed: { running: false, changing: false },
  unknown: { running: false, changing: true },
} as const satisfies Record<ActiveState, { readonly running: boolean; readonly changing: boolean }>;

/** Whether a unit runs, or is starting: nothing has to start it. */
export function isRunning(active: ActiveState): boolean {
  return meanings[active].running;
}

/** Whether a unit has no process and will get none by itself. */
export function isStopped(active: ActiveState): boolean {
  return !meanings[active].running && !meanings[active].changing;
}

/** Whether a unit is on its way to another state. */
export function isChanging(active: ActiveState): boolean {
  return meanings[active].changing;
}

/** Reads systemd's word. One that is not known counts as a unit that changes: waiting for it ends with a time-out. */
export function parseActiveState(word: string): ActiveState {
  return isActiveState(word) ? word : 'unknown';
}

function isActiveState(word: string): word is ActiveState {
  return Object.hasOwn(meanings, word);
}
