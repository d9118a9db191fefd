import { setMaxListeners } from 'node:events';

/** Lets a signal stop as many things as there are; Node takes more than ten for a leak, and says so on stderr. */
export function manyListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}
