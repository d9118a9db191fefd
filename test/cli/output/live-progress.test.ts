import { describe, expect, it } from 'vitest';
import { liveProgress } from '../../../src/cli/output/live-progress.ts';
import type { Change, Plan, Step } from '../../../src/plan/plan.ts';
import { FakeTerminal } from '../../support/fake-terminal.ts';

const machine = { id: 'm1', name: 'web-1' };
const stepOf = (index: number): Step => ({
  kind: 'start',
  machine,
  units: [`apache@${index}.service`],
  reason: 'a test',
});
const changeOf = (index: number): Change => ({
  action: 'create',
  service: 'apache',
  unit: `apache@${index}.service`,
  machine,
  reason: 'a test',
  files: [],
  steps: [stepOf(index)],
});
const planOf = (count: number): Plan => ({
  version: 1,
  changes: Array.from({ length: count }, (_, index) => changeOf(index)),
  unchanged: [],
});

/** What is on the screen: what was written after the terminal was erased for the last time. */
const frames = (terminal: FakeTerminal): readonly string[] =>
  terminal.writes.map((text) => text.split('\u001b[').at(-1) ?? '');

/** Starts all changes of a plan, and waits until the terminal shows `text`. */
async function start(count: number, text: RegExp, rows = 24) {
  const plan = planOf(count);
  const terminal = new FakeTerminal(rows);
  const progress = liveProgress(plan, terminal);
  for (const [index, change] of plan.changes.entries()) {
    progress.emit({ type: 'change-started', index, change });
    progress.emit({ type: 'step-started', index, step: stepOf(index) });
  }
  await expect.poll(() => terminal.text).toMatch(text);
  return { plan, terminal, progress };
}

describe('live progress', () => {
  it('shows the changes under way, with what they wait for', async () => {
    const { plan, terminal, progress } = await start(2, /start apache@1\.service on web-1/);
    progress.emit({ type: 'step-waiting', index: 0, step: stepOf(0), seen: 'it is activating' });
    await expect.poll(() => terminal.text).toContain('it is activating');
    for (const [index, change] of plan.changes.entries()) {
      progress.emit({ type: 'change-done', index, change });
    }
    await progress.done();
    expect(terminal.text).toContain('2 of 2 changes done');
  });

  it.each([24, 8, 2])('shows no more rows than a terminal of %d has, however many changes', async (rows) => {
    const { terminal, progress } = await start(300, /and \d+ more under way/, rows);
    await progress.done();
    for (const frame of frames(terminal)) expect(frame.split('\n').length).toBeLessThanOrEqual(rows);
  });

  it('writes no more for a frame of 300 changes than for one of 30', async () => {
    const longest = async (count: number): Promise<number> => {
      const { terminal, progress } = await start(count, /and \d+ more under way/);
      await progress.done();
      return Math.max(...terminal.writes.map(({ length }) => length));
    };
    // The numbers in the title and in the last row have a digit more.
    expect(await longest(300)).toBeLessThanOrEqual((await longest(30)) + 20);
  });

  it('keeps failures and messages in sight, and prints the messages when it is over', async () => {
    const { plan, terminal, progress } = await start(3, /apache@2\.service/);
    const [change] = plan.changes;
    if (!change) throw new Error('no change');
    progress.emit({ type: 'change-failed', index: 0, change, message: 'it does not run' });
    terminal.print?.('etcd does not answer; waiting for it\n');
    await expect.poll(() => terminal.text).toContain('etcd does not answer');
    expect(frames(terminal).some((frame) => frame.includes('✖ create apache@0.service'))).toBe(true);
    await progress.done();
    expect(terminal.print).toBeUndefined();
    expect(terminal.text).toContain('0 of 3 changes done, 1 failed');
    expect(terminal.writes.at(-1)).toBe('etcd does not answer; waiting for it\n');
  });
});
