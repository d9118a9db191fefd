// What the live progress of a rollout costs: CPU time and bytes written for 10, 100 and 300 changes, with 100 under way
// at once as on fleet. `npm run bench:progress`.
import { setTimeout as sleep } from 'node:timers/promises';
import { liveProgress } from '../src/cli/output/live-progress.ts';
import type { Progress } from '../src/cli/output/progress-port.ts';
import type { Change, Plan, Step } from '../src/plan/plan.ts';
import { FakeTerminal } from '../test/support/fake-terminal.ts';

const underWay = 100;
/** What a change goes through: a write, a start and a wait that sees five states. */
const waits = 5;

for (const count of [10, 100, 300]) {
  const bare = await measure(planOf(count), () => ({
    emit: () => undefined,
    done: () => Promise.resolve(),
  }));
  const terminal = new FakeTerminal();
  const shown = await measure(planOf(count), (plan) => liveProgress(plan, terminal));
  process.stdout.write(`${count} changes: ${shown - bare} ms of CPU, ${terminal.text.length} bytes\n`);
}

/** Milliseconds of CPU for a rollout in which every event comes a millisecond after the one before. */
async function measure(plan: Plan, progressOf: (plan: Plan) => Progress): Promise<number> {
  const before = process.cpuUsage();
  const progress = progressOf(plan);
  for (let from = 0; from < plan.changes.length; from += underWay) await rollOutBatch(plan, from, progress);
  await progress.done();
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1000);
}

async function rollOutBatch({ changes }: Plan, from: number, { emit }: Progress): Promise<void> {
  const batch = changes.slice(from, from + underWay).map((change, at) => ({ change, index: from + at }));
  for (const { change, index } of batch) emit({ type: 'change-started', index, change });
  for (let turn = 0; turn < 3; turn++) {
    for (const { change, index } of batch) {
      const step = change.steps[turn] as Step;
      emit({ type: 'step-started', index, step });
      for (let wait = 0; step.kind === 'wait-active' && wait < waits; wait++) {
        emit({ type: 'step-waiting', index, step, seen: `activating, for ${wait} s` });
        await sleep(1);
      }
      emit({ type: 'step-done', index, step, milliseconds: 1 });
      await sleep(1);
    }
  }
  for (const { change, index } of batch) emit({ type: 'change-done', index, change });
}

function planOf(count: number): Plan {
  return { version: 1, unchanged: [], changes: Array.from({ length: count }, (_, index) => changeOf(index)) };
}

function changeOf(index: number): Change {
  const machine = { id: `m${index % 3}`, name: `lab-${index % 3}` };
  const unit = `apache@${index}.service`;
  const reason = 'apache has no such instance yet';
  const steps: Step[] = [
    { kind: 'install', machine, units: [{ name: unit, text: '' }], reason },
    { kind: 'start', machine, units: [unit], reason },
    { kind: 'wait-active', machine, units: [unit], timeoutSeconds: 60, reason },
  ];
  return { action: 'create', service: 'apache', unit, machine, reason, files: [], steps };
}
