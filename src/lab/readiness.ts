import { CoreshipError } from '../errors.ts';
import { readText } from './files.ts';
import { lastLines } from './host.ts';
import type { LabLayout, MachineLayout } from './layout.ts';
import { machinePaths } from './paths.ts';
import { onMachine } from './ssh.ts';
import { waitUntil } from './wait.ts';

const bootTime = 90_000;

/**
 * Waits until units of a machine are active, asking over SSH.
 *
 * @throws CoreshipError `failed` with the end of the machine's console when they are not in time.
 */
export async function awaitUnits(
  layout: LabLayout,
  machine: MachineLayout,
  units: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  let answer = 'no answer over SSH';
  const active = async (): Promise<boolean> => {
    const result = await onMachine(layout.name, machine, ['systemctl', 'is-active', ...units], { signal });
    // 255 is ssh's own; is-active is content with one active unit, so its words count, not its status.
    if (result.status === 255) answer = lastLines(result.stderr, 1).join('') || answer;
    else answer = units.map((unit, index) => `${unit} ${result.stdout.split('\n')[index]}`).join(', ');
    return (
      result.status !== 255 &&
      result.stdout.split('\n').filter((word) => word === 'active').length === units.length
    );
  };
  if (await waitUntil(active, { timeoutMs: bootTime, everyMs: 200, signal })) return;
  const console = (await readText(machinePaths(layout.name, machine.name).console)) ?? '';
  throw new CoreshipError('failed', `machine ${machine.name} does not come up: ${answer}`, {
    hint: `coreship lab down --name ${layout.name}, then up again`,
    details: lastLines(console),
  });
}
