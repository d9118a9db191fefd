import { CoreshipError } from '../../errors.ts';
import type { Io } from '../io.ts';

/** Asks a person for a yes. Any other answer means no; Ctrl-C ends the command. */
export async function confirm(question: string, io: Io): Promise<boolean> {
  const answer = await io.ask(`${question} [y/N] `).catch((cause: unknown) => {
    throw new CoreshipError('interrupted', 'interrupted; nothing was changed', { cause });
  });
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}
