import { type Clock, systemClock } from '../../clock.ts';
import { assertNever } from '../../errors.ts';
import type { EmitLabEvent } from '../../lab/events.ts';
import type { Io } from '../io.ts';

/** A line for each step of the lab, with its time, on standard error. */
export function labProgress(io: Pick<Io, 'err'>, clock: Clock = systemClock): EmitLabEvent {
  const started = new Map<string, number>();
  return (event) => {
    const { step, text } = event;
    switch (event.type) {
      case 'step-started':
        started.set(`${step} ${text}`, clock.now());
        return io.err(`${text} ...\n`);
      case 'step-done': {
        const seconds = (clock.now() - (started.get(`${step} ${text}`) ?? clock.now())) / 1000;
        return io.err(`${text}: done (${seconds.toFixed(1)} s)\n`);
      }
      case 'detail':
        return io.err(`  ${text}\n`);
      default:
        return assertNever(event);
    }
  };
}
