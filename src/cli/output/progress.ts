import { assertNever } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { stepText } from '../../plan/step-text.ts';
import type { RolloutEvent } from '../../rollout/events.ts';
import type { Io } from '../io.ts';
import { jsonLine } from './answer.ts';
import { changeTitle } from './plan-text.ts';
import type { Progress } from './progress-port.ts';

/** JSON where that is asked for, rows that are redrawn on a terminal, plain lines elsewhere. */
export async function progressFor(plan: Plan, io: Io, json: boolean): Promise<Progress> {
  const done = () => Promise.resolve();
  if (json) return { emit: ({ type, ...data }) => io.out(jsonLine(type, data)), done };
  if (!io.terminal) return { emit: (event) => io.err(eventText(event)), done };
  const { liveProgress } = await import('./live-progress.ts');
  return liveProgress(plan, io.terminal);
}

/** An event as a line of a log; empty where other lines say it too. */
function eventText(event: RolloutEvent): string {
  switch (event.type) {
    case 'change-started':
      return `${changeTitle(event.change)}\n`;
    case 'step-done':
      return `  ${stepText(event.step)} (${(event.milliseconds / 1000).toFixed(1)} s)\n`;
    case 'step-waiting':
      return `  ${stepText(event.step)}: ${event.seen}\n`;
    case 'change-relocated':
      return `  the cluster chose another machine for ${event.change.unit}\n`;
    case 'change-failed':
      return `  failed: ${event.message}\n`;
    case 'step-started':
    case 'change-done':
      return '';
    default:
      return assertNever(event);
  }
}
