import type { LiveTerminal } from './output/live-rows.ts';
import type { Paint } from './output/paint.ts';

/** The world as the command line sees it, so that a test can stand in for it. */
export interface Io {
  /** The answer: standard output. */
  readonly out: (text: string) => void;
  /** Talk: standard error. */
  readonly err: (text: string) => void;
  /** Whether a person can be asked: standard input and error are a terminal. */
  readonly interactive: boolean;
  /** Standard error, for rows that are redrawn; absent where it is not a terminal. */
  readonly terminal?: LiveTerminal;
  /** Colours for the answer and for talk; each leaves the text alone where it is not for a terminal. */
  readonly paintOut: Paint;
  readonly paintErr: Paint;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts at the first Ctrl-C: the step in flight ends, then the command. */
  readonly interrupt: AbortSignal;
  /** Asks a person and resolves with the line typed. */
  readonly ask: (question: string) => Promise<string>;
}
