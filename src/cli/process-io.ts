import { createInterface } from 'node:readline/promises';
import type { Io } from './io.ts';
import { paintFor } from './output/paint.ts';

/** The world of a real process. The second Ctrl-C leaves at once. */
export function processIo(): Io {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(130);
    process.stderr.write('interrupted: what is under way is finished first; again to leave at once\n');
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // A reader that has seen enough (head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY && !process.env['CI']),
    live: Boolean(process.stderr.isTTY && process.env['TERM'] !== 'dumb' && !process.env['CI']),
    paintOut: paintFor(process.stdout),
    paintErr: paintFor(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    interrupt: interrupt.signal,
    ask: async (question) => {
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await reader.question(question, { signal: interrupt.signal });
      } finally {
        reader.close();
      }
    },
  };
}
