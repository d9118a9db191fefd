import { createInterface } from 'node:readline/promises';
import { defined } from '../defined.ts';
import type { Io } from './io.ts';
import type { LiveTerminal } from './output/live-rows.ts';
import { paintFor } from './output/paint.ts';

/** The world of a real process. The second Ctrl-C ends it at once. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  const live = stderr.isTTY && env['TERM'] !== 'dumb' && !env['CI'];
  const write = (text: string): void => void stderr.write(text);
  let print = write;
  const err = (text: string): void => print(text);
  const redirect: LiveTerminal['redirect'] = (instead = write) => {
    print = instead;
  };
  // A reader that has seen enough (head) is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const interrupt = interruptSignal(err);
  return defined({
    out: (text: string) => void stdout.write(text),
    err,
    interactive: Boolean(stdin.isTTY && stderr.isTTY && !env['CI']),
    terminal: live ? { stream: stderr, redirect } : undefined,
    paintOut: paintFor(stdout),
    paintErr: paintFor(stderr),
    env,
    cwd: process.cwd(),
    interrupt,
    ask: async (question: string) => {
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return await reader.question(question, { signal: interrupt });
      } finally {
        reader.close();
      }
    },
  });
}

function interruptSignal(err: Io['err']): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    err('interrupted: the steps under way are finished first; press Ctrl-C again to exit at once\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}
