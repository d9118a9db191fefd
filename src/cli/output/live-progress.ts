import { assertNever } from '../../errors.ts';
import type { Change, Plan } from '../../plan/plan.ts';
import { stepText } from '../../plan/step-text.ts';
import type { RolloutEvent } from '../../rollout/events.ts';
import { type LiveTerminal, openLiveRows } from './live-rows.ts';
import { changeTitle } from './plan-text.ts';
import type { Progress } from './progress-port.ts';

/** Rows shown at most: more would move faster than anybody reads. */
const mostRows = 20;

/** Failures and messages that stay on the screen, each. */
const mostKept = 5;

/** Milliseconds between two frames. */
const frameMs = 250;

/**
 * The changes under way as rows below a title with totals, and the last failures and messages. What a frame costs does
 * not grow with the plan.
 */
export function liveProgress(plan: Plan, { stream, redirect }: LiveTerminal): Progress {
  const known = new Set(plan.changes.keys());
  const underWay = new Map<number, Row>();
  const done = new Set<number>();
  const failures = new Map<number, string>();
  const messages: string[] = [];
  const title = () => totals(known.size, done.size, failures.size);
  const rows = openLiveRows(stream, title());

  const draw = (): void => {
    const kept = [...[...failures.values()].slice(-mostKept), ...messages.slice(-mostKept)];
    rows.update(title(), [...kept, ...shownRows(underWay, rows.height() - kept.length)]);
  };
  const frames = setInterval(draw, frameMs);
  redirect((text) => messages.push(text.trimEnd()));

  return {
    emit: (event) => {
      const { index } = event;
      known.add(index);
      const row = underWay.get(index);
      switch (event.type) {
        case 'change-started':
          underWay.set(index, { change: event.change, text: '', since: performance.now() });
          break;
        case 'step-started':
        case 'step-waiting':
        case 'step-done':
        case 'change-relocated':
          if (row) row.text = progressText(event);
          break;
        case 'change-done':
          done.add(index);
          underWay.delete(index);
          break;
        case 'change-failed':
          failures.set(index, `✖ ${changeTitle(event.change)}: ${event.message}`);
          underWay.delete(index);
          break;
        default:
          assertNever(event);
      }
    },
    done: async () => {
      clearInterval(frames);
      rows.update(title(), [...failures.values()].slice(-mostKept));
      await rows.close();
      redirect();
      // The rows are gone, and messages are worth keeping.
      for (const message of messages) stream.write(`${message}\n`);
    },
  };
}

/** A change under way. */
interface Row {
  readonly change: Change;
  readonly since: number;
  text: string;
}

type Underway = Extract<
  RolloutEvent,
  { type: 'step-started' | 'step-waiting' | 'step-done' | 'change-relocated' }
>;

function progressText(event: Underway): string {
  switch (event.type) {
    case 'step-started':
    case 'step-done':
      return stepText(event.step);
    case 'step-waiting':
      return `${stepText(event.step)}: ${event.seen}`;
    case 'change-relocated':
      return 'the cluster chose another machine';
    default:
      return assertNever(event);
  }
}

function totals(all: number, done: number, failed: number): string {
  return `${done} of ${all} changes done${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** The changes that began first, as many as fit, and how many more there are. */
function shownRows(underWay: ReadonlyMap<number, Row>, height: number): readonly string[] {
  const rows = [...underWay.values()];
  const room = Math.max(1, Math.min(height, mostRows));
  const shown = rows.length <= room ? rows : rows.slice(0, Math.max(0, room - 1));
  const more = rows.length - shown.length;
  return [
    ...shown.map((row) => `${rowText(row)}${seconds(row)}`),
    ...(more > 0 ? [`and ${more} more under way`] : []),
  ];
}

/** What is done names the change, unless the step names its unit already: a row is short. */
function rowText({ change, text }: Row): string {
  if (text === '') return changeTitle(change);
  return text.includes(change.unit) ? text : `${changeTitle(change)}: ${text}`;
}

function seconds({ since }: Row): string {
  return ` (${Math.round((performance.now() - since) / 1000)} s)`;
}
