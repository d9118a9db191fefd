import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2';
import type { Change, Plan } from '../../plan/plan.ts';
import { stepText } from '../../plan/step-text.ts';
import type { RolloutEvent } from '../../rollout/events.ts';
import type { Progress } from './progress-port.ts';

/** A task list on standard error, one task a change, that follows the events. */
export function liveProgress(plan: Plan): Progress {
  const rows = plan.changes.map((change) => new Row(change));
  const list = new Listr(
    rows.map((row) => row.task),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        collapseErrors: false,
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
    },
  );
  const shown = list.run();
  return {
    emit: (event) => rows[event.index]?.take(event),
    done: async () => {
      for (const row of rows) row.skip();
      await shown;
    },
  };
}

/** One change on the screen: its task runs until the event that ends it. */
class Row {
  readonly task: ListrTask;
  private readonly title: string;
  private readonly ended: Promise<void>;
  private show: (text: string) => void = () => undefined;
  private end: () => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;

  constructor(change: Change) {
    this.title = `${change.action} ${change.unit} on ${change.machine.name}`;
    this.ended = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    // Listr takes the rejection when it runs the task; a change that never starts must not end the process.
    this.ended.catch(() => undefined);
    this.task = {
      title: this.title,
      task: async (_context, task) => {
        this.show = (text) => {
          task.output = text;
        };
        await this.ended;
      },
    };
  }

  take(event: RolloutEvent): void {
    if (event.type === 'step-started') this.show(stepText(event.step));
    if (event.type === 'step-waiting') this.show(`${stepText(event.step)}: ${event.seen}`);
    if (event.type === 'change-relocated') this.show('on another machine than foretold');
    if (event.type === 'change-done') this.end();
    if (event.type === 'change-failed') this.fail(new Error(event.message));
  }

  /** Ends a task whose change was never begun. */
  skip(): void {
    this.fail(new Error(`${this.title}: not begun`));
  }
}
