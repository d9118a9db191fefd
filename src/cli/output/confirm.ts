import type { Io } from '../io.ts';

/** Asks a person for a yes; anything else means no. */
export async function confirm(question: string, io: Io): Promise<boolean> {
  const answer = await io.ask(`${question} [y/N] `);
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}
