import type { Plan } from '../../plan/plan.ts';
import { stepText } from '../../plan/step-text.ts';
import type { RolloutEvent } from '../../rollout/events.ts';
import type { Io } from '../io.ts';
import type { Progress } from './progress-port.ts';

/** JSON where asked for, a live task list on a terminal, plain lines elsewhere. */
export async function progressFor(plan: Plan, io: Io, json: boolean): Promise<Progress> {
  if (json) return jsonProgress(io);
  if (!io.live) return lineProgress(io);
  const { liveProgress } = await import('./live-progress.ts');
  return liveProgress(plan);
}

/** A line an event, for programs. */
function jsonProgress(io: Io): Progress {
  return {
    emit: (event) => io.out(`${JSON.stringify({ version: 1, ...event })}\n`),
    done: () => Promise.resolve(),
  };
}

/** A line a step, for logs. */
function lineProgress(io: Io): Progress {
  return {
    emit: (event) => {
      const line = eventLine(event);
      if (line !== undefined) io.err(`${line}\n`);
    },
    done: () => Promise.resolve(),
  };
}

function eventLine(event: RolloutEvent): string | undefined {
  switch (event.type) {
    case 'change-started':
      return `${event.change.action} ${event.change.unit} on ${event.change.machine.name}`;
    case 'step-done':
      return `  ${stepText(event.step)} (${(event.milliseconds / 1000).toFixed(1)} s)`;
    case 'step-waiting':
      return `  ${stepText(event.step)}: ${event.seen}`;
    case 'change-relocated':
      return `  ${event.change.unit} is on another machine than foretold`;
    case 'change-failed':
      return `  failed: ${event.message}`;
    default:
      return undefined;
  }
}
