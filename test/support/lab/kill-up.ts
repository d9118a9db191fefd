import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LabStep } from '../../../src/lab/events.ts';
import type { LabOptions } from '../../../src/lab/lab-up.ts';

/** Brings a lab up in another process, from the built package, and kills that process when a step starts. */
export async function killUpAt(step: LabStep, options: LabOptions): Promise<void> {
  const built = new URL('../../../dist/lab/lab-up.js', import.meta.url).href;
  const script = `
    const { labUp } = await import(${JSON.stringify(built)});
    const emit = (event) => console.log(event.type, event.step);
    await labUp(${JSON.stringify(options)}, emit);
  `;
  const up = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  });
  const ended = once(up, 'close');
  let reached = false;
  for await (const line of createInterface(up.stdout)) {
    if (line !== `step-started ${step}`) continue;
    reached = true;
    up.kill('SIGKILL');
  }
  await ended;
  if (!reached) throw new Error(`lab up ended before its step ${step}; is the package built?`);
}
