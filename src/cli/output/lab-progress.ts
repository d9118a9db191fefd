import type { EmitLabEvent } from '../../lab/events.ts';
import type { Io } from '../io.ts';

/** A line for each step of the lab, with its time, on standard error. */
export function labProgress(io: Io): EmitLabEvent {
  const began = new Map<string, number>();
  return ({ type, step, text }) => {
    if (type === 'step-started') {
      began.set(`${step} ${text}`, performance.now());
      io.err(`${text} ...\n`);
    } else if (type === 'step-done') {
      const seconds = (performance.now() - (began.get(`${step} ${text}`) ?? performance.now())) / 1000;
      io.err(`${text}: done (${seconds.toFixed(1)} s)\n`);
    } else {
      io.err(`  ${text}\n`);
    }
  };
}
