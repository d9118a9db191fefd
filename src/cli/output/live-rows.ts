import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2';

/** A terminal that rows can be redrawn on. */
export interface LiveTerminal {
  readonly stream: NodeJS.WriteStream;
  /** Sends what is written to standard error to `print` instead, until it is called without one. */
  readonly redirect: (print?: (text: string) => void) => void;
}

/** A title with rows below it, redrawn in place. */
export interface LiveRows {
  /** Rows that fit on the terminal now, below the title. */
  readonly height: () => number;
  readonly update: (title: string, rows: readonly string[]) => void;
  /** Ends the drawing; the title stays. */
  readonly close: () => Promise<void>;
}

/** Draws a title and rows with listr2: as one task, whose cost does not grow with what it stands for. */
export function openLiveRows(stream: NodeJS.WriteStream, title: string): LiveRows {
  let update: LiveRows['update'] = () => undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const task: ListrTask = {
    title,
    task: async (_context, drawn) => {
      update = (head, rows) => {
        // Each assignment draws a frame.
        const output = rows.map((row) => clip(row, (stream.columns ?? 80) - 8)).join('\n');
        if (head !== drawn.title) drawn.title = head;
        if (output !== drawn.output) drawn.output = output;
      };
      await ended;
    },
  };
  const list = new Listr([task], {
    forceTTY: true,
    registerSignalListeners: false,
    rendererOptions: {
      lazy: true,
      logger: new ListrLogger({ processOutput: new ProcessOutput(stream, stream) }),
    },
  });
  const shown = list.run();
  return {
    // The title, and the line that the cursor is on.
    height: () => Math.max(1, (stream.rows ?? 24) - 2),
    update: (head, rows) => update(head, rows),
    close: async () => {
      end();
      await shown;
    },
  };
}

/** A row that the terminal wraps would take the place of two. */
function clip(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
